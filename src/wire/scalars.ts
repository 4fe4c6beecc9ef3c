/** Values of decoded protobuf fields, checked: protobufjs gives numbers, its own 64-bit objects, or nothing for zero. */
import { GatewayError } from "../errors.ts";
import { Offset, type Replid } from "../stream/position.ts";
import type { causeway } from "./generated/causeway.js";

/** A 64-bit field as protobufjs hands it out and takes it. */
export type Int64 = causeway.v1.Mark["offset"];

const MAX_NAME_CHARS = 255;
const LOW_32_BITS = 0xffff_ffffn;

export function malformed(what: string, details: Readonly<Record<string, unknown>> = {}): GatewayError {
  return new GatewayError("FRAME_MALFORMED", `a frame is malformed: ${what}`, { details });
}

export function wireInt64(value: bigint): Int64 {
  // The writer reads `low` and `high` only; building the library's own object would cost a division.
  return { low: Number(value & LOW_32_BITS), high: Number(value >> 32n), unsigned: true } as Int64;
}

export function readOffset(value: Int64 | undefined): Offset {
  return Offset.of(readBigint(value));
}

/** A count of bytes, exact as a number. */
export function readCount(value: Int64 | undefined): number {
  const count = Number(readBigint(value));
  if (!Number.isSafeInteger(count)) throw malformed("a count is too large");
  return count;
}

export function readNumber(value: number | undefined): number {
  return value ?? 0;
}

/** Milliseconds since 1970; anything that is not a finite time would poison every later estimate. */
export function readTime(value: number | undefined): number {
  const time = value ?? 0;
  if (!Number.isFinite(time) || time < 0 || time > 8.64e15) throw malformed("impossible time");
  return time;
}

export function readReplid(bytes: Uint8Array | undefined): Replid {
  if (bytes?.length !== 20) throw malformed("a replication id is not 20 bytes");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex") as Replid;
}

export function readSnapshotId(text: string | undefined): string {
  if (text === undefined || !/^[0-9a-f]{16}$/.test(text)) throw malformed("a snapshot id is not 16 hex characters");
  return text;
}

export function readText(text: string, maxChars = MAX_NAME_CHARS): string {
  if (text.length > maxChars) throw malformed("a text is too long");
  return text;
}

export function readAll<Wire, Value>(items: readonly Wire[], limit: number, read: (item: Wire) => Value): Value[] {
  if (items.length > limit) throw malformed("too many items", { items: items.length, limit });
  return items.map(read);
}

function readBigint(value: Int64 | undefined): bigint {
  if (value === undefined) return 0n;
  if (typeof value === "number") return BigInt(value);
  return (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
}
