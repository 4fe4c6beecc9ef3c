/**
 * What a history's folder still says after a crash. Only the last segment can be torn: it is read record by record, and cut at the
 * first bad byte with a log event. A power cut leaves holes there, because the kernel writes unsynced pages in any order: whole records
 * behind a hole are cut with it, and read again from the master or the peer, which is where the stream goes on from. A full segment was
 * synced before the next one began: bad bytes in it are damage, JOURNAL_CORRUPT, never cut.
 */
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { GatewayError } from "../errors.ts";
import type { SnapshotInfo, Tail } from "../stream/log.ts";
import type { HistoryId } from "../stream/position.ts";
import type { JournalContext } from "./context.ts";
import { FILE_HEADER_BYTES } from "./file-header.ts";
import { type HistoryEnd, tailAfter } from "./history.ts";
import { damaged } from "./seek.ts";
import { hasRecordBehind, type Owner, parseSegmentName, readSegmentHeader, type Segment, scanRecords, segmentName } from "./segment.ts";
import {
  chunkFileName,
  isChunkFileName,
  readSnapshotJson,
  readUnfinished,
  type UnfinishedSnapshot,
  type WholeSnapshot,
} from "./snapshot-file.ts";

export type RecoveredHistory = {
  readonly segments: Segment[];
  readonly end: HistoryEnd;
  readonly whole: WholeSnapshot | undefined;
  readonly unfinished: UnfinishedSnapshot | undefined;
};

type Place = { readonly context: JournalContext; readonly folder: string; readonly history: HistoryId };

/** Undefined when the folder holds nothing that could be gone on with. */
export async function recoverHistory(place: Place): Promise<RecoveredHistory | undefined> {
  const names = await readdir(place.folder);
  const whole = await readSnapshotJson(place.folder);
  const unfinished = await findUnfinished(place, names, whole);
  const info = whole?.info ?? unfinished?.info;
  if (info === undefined) return undefined;
  const { segments, end } = await recoverSegments(place, names, info);
  const { first } = segments[0] as Segment;
  if (whole === undefined && first !== info.offset) return undefined; // half removed: the sender has it all
  if (whole !== undefined) await checkWhole(place.folder, whole, first <= whole.info.offset);
  return { segments, end, whole, unfinished };
}

/** The segment with which a history without records begins; its file comes with the first record. */
export function firstSegment(folder: string, info: SnapshotInfo): Segment {
  const { offset, replid, db } = info;
  return { path: join(folder, segmentName(offset)), first: offset, replid, db, base: 0, bytes: 0, writtenAtMs: 0 };
}

/** The end of a history whose last segment has no records. */
export function endAtStartOf(segment: Segment): HistoryEnd {
  const boundary = { tail: { offset: segment.first, replid: segment.replid, db: segment.db, open: false }, at: segment.base };
  return { ...boundary, boundary };
}

async function findUnfinished(
  place: Place,
  names: readonly string[],
  whole: WholeSnapshot | undefined,
): Promise<UnfinishedSnapshot | undefined> {
  const { context, folder, history } = place;
  let found: UnfinishedSnapshot | undefined;
  for (const name of names.filter(isChunkFileName)) {
    if (whole !== undefined && name === chunkFileName(whole.info.id)) continue;
    found ??= await readUnfinished(join(folder, name), { stream: context.stream, history });
    if (found === undefined || name !== chunkFileName(found.info.id)) await rm(join(folder, name), { force: true });
  }
  return found;
}

async function checkWhole(folder: string, whole: WholeSnapshot, isNeeded: boolean): Promise<void> {
  const path = join(folder, chunkFileName(whole.info.id));
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (isNeeded && size !== whole.extent.fileBytes) {
    throw new GatewayError("JOURNAL_CORRUPT", `${path} has ${size ?? "no"} bytes where ${whole.extent.fileBytes} were made durable`);
  }
}

async function recoverSegments(
  place: Place,
  names: readonly string[],
  info: SnapshotInfo,
): Promise<{ segments: Segment[]; end: HistoryEnd }> {
  const owner = { stream: place.context.stream, history: place.history };
  const firsts = names.map(parseSegmentName).filter((first) => first !== undefined);
  firsts.sort((a, b) => (a < b ? -1 : 1));
  const segments: Segment[] = [];
  let end: HistoryEnd | undefined;
  for (const [index, first] of firsts.entries()) {
    const isLast = index === firsts.length - 1;
    const before = segments.at(-1);
    const path = join(place.folder, segmentName(first));
    const file = await open(path, isLast ? "r+" : "r");
    try {
      const { size, mtimeMs } = await file.stat();
      const bytes = Math.max(0, size - FILE_HEADER_BYTES);
      const bare = { path, first, base: before ? before.base + before.bytes : 0, bytes, writtenAtMs: mtimeMs };
      const state = await readState(file, bare, { owner, size, mayBeTorn: isLast });
      if (state === "torn") {
        // Without a single record it says nothing that the segment before it, or the snapshot, does not say.
        if (before === undefined && first !== info.offset) throw damaged(bare, 0, "the only segment has no header");
        reportTorn(place.context, { path, position: 0, bytes: size, recordsBehind: await hasRecordBehind(file, restOf(bare, size)) });
        await rm(path);
        continue;
      }
      const segment = { ...bare, ...state };
      segments.push(segment);
      if (isLast) end = await recoverLast(file, segment, { context: place.context, wasFull: false });
    } finally {
      await file.close();
    }
  }
  const last = segments.at(-1);
  if (last === undefined) {
    const segment = firstSegment(place.folder, info);
    return { segments: [segment], end: endAtStartOf(segment) };
  }
  return { segments, end: end ?? (await recoverSealed(last, place.context)) };
}

type Bare = Omit<Segment, "replid" | "db">;

async function readState(
  file: FileHandle,
  bare: Bare,
  options: { readonly owner: Owner; readonly size: number; readonly mayBeTorn: boolean },
): Promise<Pick<Segment, "replid" | "db"> | "torn"> {
  try {
    return await readSegmentHeader(file, { ...options.owner, first: bare.first });
  } catch (cause) {
    if (options.mayBeTorn && cause instanceof GatewayError && cause.code === "RECORD_MALFORMED") return "torn";
    throw damaged(bare, 0, cause);
  }
}

/** All that may be records in a file whose header says nothing. */
function restOf({ first }: Bare, size: number) {
  return { position: FILE_HEADER_BYTES - 1, end: size, offset: first };
}

/** The segment that became the last because the one behind it had no header yet. */
async function recoverSealed(segment: Segment, context: JournalContext): Promise<HistoryEnd> {
  const file = await open(segment.path, "r+");
  try {
    return await recoverLast(file, segment, { context, wasFull: true });
  } finally {
    await file.close();
  }
}

type Last = { readonly context: JournalContext; readonly wasFull: boolean };

async function recoverLast(file: FileHandle, segment: Segment, { context, wasFull }: Last): Promise<HistoryEnd> {
  const size = FILE_HEADER_BYTES + segment.bytes;
  const start = endAtStartOf(segment).boundary;
  let tail: Tail = start.tail;
  let boundary = start;
  const range = { position: FILE_HEADER_BYTES, end: size, offset: segment.first, verify: true };
  const end = await scanRecords(file, range, (header, position, bytes) => {
    tail = tailAfter(header);
    if (!header.open) boundary = { tail, at: segment.base + position + bytes - FILE_HEADER_BYTES };
    return true;
  });
  if (end.problem !== undefined) {
    const recordsBehind = await hasRecordBehind(file, { position: end.position, end: size, offset: end.offset });
    if (recordsBehind && wasFull) throw damaged(segment, end.position, end.problem);
    reportTorn(context, { path: segment.path, position: end.position, bytes: size - end.position, recordsBehind });
    await file.truncate(end.position);
    await file.datasync();
    segment.bytes = end.position - FILE_HEADER_BYTES;
  }
  return { tail, at: segment.base + segment.bytes, boundary };
}

type Torn = { readonly path: string; readonly position: number; readonly bytes: number; readonly recordsBehind: boolean };

function reportTorn(context: JournalContext, { recordsBehind, ...torn }: Torn): void {
  context.counters.tornTails++;
  context.counters.tornBytes += torn.bytes;
  if (recordsBehind) {
    const why = "the end of the journal has holes, as a power cut leaves them: it was cut off before the first one and is read again";
    context.log.error({ event: "journal.damaged-end-cut", ...torn }, why);
  } else {
    context.log.warn({ event: "journal.torn-tail-cut", ...torn }, "the end of an interrupted write was cut off");
  }
}
