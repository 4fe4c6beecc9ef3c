/** What a stream's folder holds, for people: read-only, beside a gateway that runs or not. Nothing is mended and nothing is locked. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { GatewayError } from "../errors.ts";
import type { HistoryId, Offset, Replid, StreamId } from "../stream/position.ts";
import { decodeRecordHeader, MAX_RECORD_BYTES, RECORD_HEADER_BYTES, type RecordHeader, recordLength } from "../stream/record.ts";
import { decodeFileHeader, FILE_HEADER_BYTES, type FileHeader } from "./file-header.ts";
import { errnoOf, readFully } from "./files.ts";
import { HISTORY_FOLDER } from "./journal.ts";
import { parseSegmentName } from "./segment.ts";
import { isChunkFileName, readSnapshotJson } from "./snapshot-file.ts";

export type StoredSegment = {
  readonly path: string;
  readonly first: Offset;
  readonly replid: Replid;
  readonly db: number;
  readonly bytes: number;
  /** Absent without a whole record; ms since 1970, the origin's clock. */
  readonly firstReadAtMs?: number;
  readonly writtenAtMs: number;
};

export type StoredSnapshot = {
  readonly id: string;
  readonly offset: Offset;
  readonly state: "whole" | "arriving";
  readonly bytes: number;
  readonly writtenAtMs: number;
};

export type StoredHistory = {
  readonly stream: StreamId;
  readonly history: HistoryId;
  readonly snapshots: readonly StoredSnapshot[];
  /** By offset. */
  readonly segments: readonly StoredSegment[];
};

/** Histories of all streams in a data folder, newest last. Throws JOURNAL_IO when it cannot be read. */
export async function readDataFolder(folder: string): Promise<readonly StoredHistory[]> {
  const found: StoredHistory[] = [];
  for (const stream of await list(folder)) {
    for (const name of await list(join(folder, stream))) {
      const id = HISTORY_FOLDER.exec(name)?.[2];
      const history = id === undefined ? undefined : await readHistory(join(folder, stream, name), id as HistoryId);
      if (history) found.push(history);
    }
  }
  return found;
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    if (errnoOf(cause) === "ENOTDIR") return [];
    throw new GatewayError("JOURNAL_IO", `${folder} cannot be read (${errnoOf(cause)})`, { cause });
  }
}

async function readHistory(folder: string, history: HistoryId): Promise<StoredHistory | undefined> {
  const names = await list(folder);
  const whole = await readSnapshotJson(folder);
  let stream: StreamId | undefined;
  const snapshots: StoredSnapshot[] = [];
  const segments: StoredSegment[] = [];
  for (const name of names) {
    const kind = parseSegmentName(name) !== undefined ? "segment" : isChunkFileName(name) ? "snapshot" : undefined;
    const head = kind && (await readHead(join(folder, name), kind));
    if (!head) continue;
    const { header, size: bytes, writtenAtMs, firstReadAtMs } = head;
    stream = header.stream;
    const { offset, replid, db, snapshot: id = "" } = header;
    if (kind === "snapshot") snapshots.push({ id, offset, state: id === whole?.info.id ? "whole" : "arriving", bytes, writtenAtMs });
    else
      segments.push({
        path: join(folder, name),
        first: offset,
        replid,
        db,
        bytes,
        ...(firstReadAtMs !== undefined && { firstReadAtMs }),
        writtenAtMs,
      });
  }
  return stream === undefined ? undefined : { stream, history, snapshots, segments };
}

type Head = { readonly header: FileHeader; readonly size: number; readonly writtenAtMs: number; readonly firstReadAtMs?: number };

/** Undefined when the file went meanwhile, or has no whole header yet. */
async function readHead(path: string, kind: FileHeader["kind"]): Promise<Head | undefined> {
  try {
    const file = await open(path, "r");
    try {
      const { size, mtimeMs: writtenAtMs } = await file.stat();
      const header = decodeFileHeader(kind, await readFully(file, 0, FILE_HEADER_BYTES));
      if (kind === "snapshot" || size < FILE_HEADER_BYTES + RECORD_HEADER_BYTES) return { header, size, writtenAtMs };
      const firstReadAtMs = (await readFully(file, FILE_HEADER_BYTES, RECORD_HEADER_BYTES)).readDoubleLE(40);
      return { header, size, writtenAtMs, firstReadAtMs };
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT" || (cause instanceof GatewayError && cause.code === "RECORD_MALFORMED")) return undefined;
    throw cause;
  }
}

/** Records of one segment in order, each checked, as far as they are whole: a running gateway may be writing the next. Throws RECORD_MALFORMED. */
export async function* readRecords(path: string): AsyncGenerator<{ readonly header: RecordHeader; readonly record: Buffer }> {
  const file = await open(path, "r");
  try {
    for (let position = FILE_HEADER_BYTES; ; ) {
      const block = await readFully(file, position, MAX_RECORD_BYTES);
      let used = 0;
      for (let record = wholeRecord(block, used); record !== undefined; record = wholeRecord(block, used)) {
        used += record.length;
        yield { header: decodeRecordHeader(record), record };
      }
      if (used === 0) return;
      position += used;
    }
  } finally {
    await file.close();
  }
}

function wholeRecord(block: Buffer, at: number): Buffer | undefined {
  if (block.length - at < RECORD_HEADER_BYTES) return undefined;
  const length = recordLength(block.subarray(at));
  return at + length > block.length ? undefined : block.subarray(at, at + length);
}
