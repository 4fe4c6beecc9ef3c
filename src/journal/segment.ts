/**
 * A segment: a file header and then records, one behind the other. Its name is the offset of its first byte.
 * Segments begin at boundaries only (never behind an OPEN record), so an open unit lies in the last one alone.
 */
import type { FileHandle } from "node:fs/promises";
import { GatewayError } from "../errors.ts";
import type { HistoryId, Replid, StreamId } from "../stream/position.ts";
import { Offset } from "../stream/position.ts";
import {
  decodeRecordHeader,
  MAX_RECORD_BYTES,
  RECORD_HEADER_BYTES,
  type RecordHeader,
  readRecordHeader,
  recordLength,
} from "../stream/record.ts";
import { decodeFileHeader, encodeFileHeader, FILE_HEADER_BYTES } from "./file-header.ts";
import { readFully } from "./files.ts";

export type Segment = {
  readonly path: string;
  /** Offset before its first record, and the state of the stream there. */
  readonly first: Offset;
  readonly replid: Replid;
  readonly db: number;
  /** Where its first record lies in the history's count of record bytes (`Entry.at`). */
  readonly base: number;
  /** Bytes of whole records written. */
  bytes: number;
  /** When the last byte was written, ms since 1970. */
  writtenAtMs: number;
};

const SCAN_BYTES = 1024 * 1024;
const NAME = /^(\d{20})\.seg$/;

export function segmentName(first: Offset): string {
  return `${String(first).padStart(20, "0")}.seg`;
}

export function parseSegmentName(name: string): Offset | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Offset.of(digits);
}

export type Owner = { readonly stream: StreamId; readonly history: HistoryId };

export function encodeSegmentHeader(segment: Segment, owner: Owner): Buffer {
  return encodeFileHeader({ kind: "segment", ...owner, offset: segment.first, replid: segment.replid, db: segment.db });
}

/** Throws RECORD_MALFORMED when the file begins with no whole header, JOURNAL_CORRUPT when that is another segment's. */
export async function readSegmentHeader(
  file: FileHandle,
  expected: Owner & { readonly first: Offset },
): Promise<{ replid: Replid; db: number }> {
  const header = decodeFileHeader("segment", await readFully(file, 0, FILE_HEADER_BYTES));
  if (header.stream !== expected.stream || header.history !== expected.history || header.offset !== expected.first) {
    throw new GatewayError("JOURNAL_CORRUPT", "a segment belongs to another stream, history or offset");
  }
  return { replid: header.replid, db: header.db };
}

export type ScanRange = {
  /** File position of the first record. */
  readonly position: number;
  /** File position where reading ends. */
  readonly end: number;
  /** Offset before the first record. */
  readonly offset: Offset;
  /** Whether checksums are computed, or only headers read and payloads stepped over. */
  readonly verify: boolean;
};

/** `problem` says why the bytes at `position` are not the next record; it is absent where the range ended or the visitor had enough. */
export type ScanEnd = { readonly position: number; readonly offset: Offset; readonly problem?: string };

/** Walks the records of one file in bounded reads. The visitor answers false to stop before the record it was shown. */
export async function scanRecords(
  file: FileHandle,
  range: ScanRange,
  visit: (header: RecordHeader, position: number, bytes: number) => boolean,
): Promise<ScanEnd> {
  let { position, offset } = range;
  let readBytes = SCAN_BYTES;
  while (position < range.end) {
    const block = await readFully(file, position, Math.min(readBytes, range.end - position));
    let used = 0;
    while (used < block.length) {
      const step = decodeNext(block.subarray(used), offset, range.verify);
      if (step === "more") break;
      if (typeof step === "string") return { position: position + used, offset, problem: step };
      if (!visit(step.header, position + used, step.bytes)) return { position: position + used, offset };
      used += step.bytes;
      offset = step.header.to;
    }
    position += used;
    if (used > 0) readBytes = SCAN_BYTES;
    else if (block.length < readBytes || readBytes >= MAX_RECORD_BYTES) return { position, offset, problem: "a record is cut short" };
    else readBytes = MAX_RECORD_BYTES;
  }
  return { position, offset };
}

type Step = { readonly header: RecordHeader; readonly bytes: number };

function decodeNext(bytes: Buffer, offset: Offset, verify: boolean): Step | "more" | string {
  if (bytes.length < RECORD_HEADER_BYTES) return "more";
  try {
    const length = recordLength(bytes);
    if (length > bytes.length) return "more";
    const record = bytes.subarray(0, length);
    const header = verify ? decodeRecordHeader(record) : readRecordHeader(record);
    return header.from === offset ? { header, bytes: length } : `NO_GAP: a record from ${header.from} where ${offset} must follow`;
  } catch (error) {
    return error instanceof GatewayError ? error.message : String(error);
  }
}

/**
 * Whether a whole, checked record of a later offset lies anywhere behind `position`: then the bad bytes before it are
 * a hole, not the torn end of an interrupted write.
 */
export async function hasRecordBehind(file: FileHandle, range: Omit<ScanRange, "verify">): Promise<boolean> {
  for (let position = range.position + 1; position < range.end; position += SCAN_BYTES) {
    const bytes = Math.min(SCAN_BYTES + RECORD_HEADER_BYTES, range.end - position);
    const block = await readFully(file, position, bytes);
    for (let at = 0; at < SCAN_BYTES && at + RECORD_HEADER_BYTES <= block.length; at++) {
      if (!mayBeRecord(block, at, range.offset)) continue;
      const record = await readFully(file, position + at, block.readUInt32LE(at));
      if (isRecord(record)) return true;
    }
  }
  return false;
}

/** Cheap tests first: this runs for every byte of what may be megabytes of garbage. */
function mayBeRecord(block: Buffer, at: number, offset: Offset): boolean {
  if (block[at + 8] !== 1 || (block[at + 9] as number) > 1) return false;
  const length = block.readUInt32LE(at);
  if (length < RECORD_HEADER_BYTES || length > MAX_RECORD_BYTES) return false;
  return block.readUInt32LE(at + 68) === 0 && block.readBigUInt64LE(at + 24) >= offset;
}

function isRecord(bytes: Buffer): boolean {
  try {
    decodeRecordHeader(bytes);
    return true;
  } catch {
    return false;
  }
}
