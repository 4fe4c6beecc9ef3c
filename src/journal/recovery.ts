/**
 * What a history's folder still says after a crash. Only the last segment can be torn: it is read record by record, and cut at the
 * first bad byte with a log event. A power cut leaves holes there, because the kernel writes unsynced pages in any order: whole records
 * behind a hole are cut with it, and read again from the master or the peer, which is where the stream goes on from. A full segment was
 * synced before the next one began: bad bytes in it are damage, found here when its header is bad, else by who reads it; then the history
 * is recovered once more, without what is lost (`JournalWriter`).
 */
import { type FileHandle, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { GatewayError } from "../errors.ts";
import type { SnapshotInfo, Tail } from "../stream/log.ts";
import type { HistoryId, Offset } from "../stream/position.ts";
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

type Place = {
  readonly context: JournalContext;
  readonly folder: string;
  readonly history: HistoryId;
  /** The segment that holds this offset is known to be damaged or missing. */
  readonly lostAt?: Offset;
};

/** Undefined when the folder holds nothing that could be gone on with. */
export async function recoverHistory(place: Place): Promise<RecoveredHistory | undefined> {
  const names = await readdir(place.folder);
  const whole = await readSnapshotJson(place.folder);
  const unfinished = await findUnfinished(place, names, whole);
  const info = whole?.info ?? unfinished?.info;
  if (info === undefined) return undefined;
  const firsts = names.map(parseSegmentName).filter((first) => first !== undefined);
  firsts.sort((a, b) => (a < b ? -1 : 1));
  const { segments, end } = await recoverSegments(place, info, await withoutLost(place, firsts));
  const { first } = segments[0] as Segment;
  if (whole === undefined && first !== info.offset) return undefined; // half removed: the sender has it all
  if (whole === undefined || unfinished === undefined) return { segments, end, whole, unfinished };
  // One that has been replaced, or does not lie in the records that are left, leads nowhere.
  const { id, offset } = unfinished.info;
  if (offset > whole.info.offset && offset >= first && offset <= end.tail.offset) return { segments, end, whole, unfinished };
  await rm(join(place.folder, chunkFileName(id)), { force: true });
  return { segments, end, whole, unfinished: undefined };
}

/** Counts damage and says what is done about it. */
export function reportDamage({ counters, log, writtenBy }: JournalContext, error: GatewayError): void {
  counters.damages++;
  const cure = writtenBy === "peer" ? "the peer is asked for them again" : "a peer that still needs them gets a snapshot";
  log.error({ event: "journal.damaged", why: error.message, ...error.details }, `stored bytes are damaged: ${cure}`);
}

/** The segments that stay when one is lost. The newest is read record by record whatever it holds: it is cut, not dropped. */
async function withoutLost({ context, folder, lostAt }: Place, firsts: readonly Offset[]): Promise<readonly Offset[]> {
  if (lostAt === undefined) return firsts;
  let kept = firsts.filter((first) => (context.writtenBy === "peer" ? first <= lostAt : first > lostAt));
  if (kept.length === 0 && context.writtenBy === "master") kept = firsts.slice(-1);
  const lost = firsts.filter((first) => !kept.includes(first));
  // From the far end on: a crash in between leaves no hole.
  if (context.writtenBy === "peer") lost.reverse();
  for (const first of lost) await rm(join(folder, segmentName(first)), { force: true });
  return kept;
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
    // A master cannot be asked for the rest: its readers would wait for ever.
    if (context.writtenBy === "peer") found ??= await readUnfinished(join(folder, name), { stream: context.stream, history });
    if (found === undefined || name !== chunkFileName(found.info.id)) await rm(join(folder, name), { force: true });
  }
  return found;
}

async function recoverSegments(
  place: Place,
  info: SnapshotInfo,
  firsts: readonly Offset[],
): Promise<{ segments: Segment[]; end: HistoryEnd }> {
  const owner = { stream: place.context.stream, history: place.history };
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
      const state = await readState(file, bare, { owner, isLast });
      if (state === "torn") {
        // Without a single record it says nothing that the segment before it, or the snapshot, does not say.
        reportTorn(place.context, { path, position: 0, bytes: size, recordsBehind: await hasRecordBehind(file, restOf(bare, size)) });
        await rm(path);
        continue;
      }
      if (state === "damaged") {
        reportDamage(place.context, damaged(bare, 0, "the file has no header"));
        return await recoverSegments(place, info, await withoutLost({ ...place, lostAt: first }, firsts));
      }
      const segment = { ...bare, ...state };
      segments.push(segment);
      if (isLast) end = await recoverLast(file, segment, place.context);
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
  options: { readonly owner: Owner; readonly isLast: boolean },
): Promise<Pick<Segment, "replid" | "db"> | "torn" | "damaged"> {
  try {
    return await readSegmentHeader(file, { ...options.owner, first: bare.first });
  } catch (cause) {
    if (cause instanceof GatewayError && cause.code === "JOURNAL_VERSION") throw cause;
    if (cause instanceof GatewayError && cause.code === "RECORD_MALFORMED") return options.isLast ? "torn" : "damaged";
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
    return await recoverLast(file, segment, context);
  } finally {
    await file.close();
  }
}

async function recoverLast(file: FileHandle, segment: Segment, context: JournalContext): Promise<HistoryEnd> {
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
