/**
 * Frames that carry records or chunks, to bytes. The generated encoder would copy every payload four times: its buffer grows by doubling,
 * and each message within a message is finished in a buffer of its own. So it encodes what stands around them, and a payload is copied
 * once, to where it is sent from. Same bytes (protobuf.dev/programming-guides/encoding: tag, length, bytes).
 */
import type { PackedRecordsFrame, RecordsFrame, SnapshotChunkFrame } from "./frames.ts";
import { causeway } from "./generated/causeway.js";

const { Records, PackedRecords, SnapshotChunk } = causeway.v1;

/** Of packed records. */
export const CODEC_ZSTD = 2;

export type PayloadFrame = RecordsFrame | PackedRecordsFrame | SnapshotChunkFrame;

/** Numbers of the fields in `causeway.proto`, as tags of a field that has a length. */
const tagOf = (field: number) => (field << 3) | 2;
const BODY = { records: tagOf(8), "snapshot-chunk": tagOf(9), "packed-records": tagOf(17) };
const RECORD = tagOf(2);
const CHUNK = tagOf(3);
const PACKED = tagOf(5);
const NOTHING = new Uint8Array(0);

/** A message: fields before the payloads, payloads that all have one tag, fields behind them. */
type Parts = { readonly before: Uint8Array; readonly tag: number; readonly payloads: readonly Buffer[]; readonly behind: Uint8Array };

/** `room` gives that many bytes for the whole. */
export function encodePayloadFrame(frame: PayloadFrame, room: (bytes: number) => Buffer): Buffer {
  const { before, tag, payloads, behind } = partsOf(frame);
  let bodyBytes = before.length + behind.length;
  for (const { length } of payloads) bodyBytes += varintBytes(tag) + varintBytes(length) + length;
  const body = BODY[frame.kind];
  const bytes = room(varintBytes(body) + varintBytes(bodyBytes) + bodyBytes);
  let at = writeVarint(bytes, writeVarint(bytes, 0, body), bodyBytes);
  bytes.set(before, at);
  at += before.length;
  for (const payload of payloads) {
    at = writeVarint(bytes, writeVarint(bytes, at, tag), payload.length);
    bytes.set(payload, at);
    at += payload.length;
  }
  bytes.set(behind, at);
  return bytes;
}

function partsOf(frame: PayloadFrame): Parts {
  switch (frame.kind) {
    case "records":
      return { before: Records.encode({ stream: frame.stream }).finish(), tag: RECORD, payloads: frame.records, behind: NOTHING };
    case "packed-records": {
      const { stream, rawBytes, dictionary, packed } = frame;
      const before = PackedRecords.encode({ stream, codec: CODEC_ZSTD, rawBytes, dictionary }).finish();
      return { before, tag: PACKED, payloads: [packed], behind: NOTHING };
    }
    case "snapshot-chunk": {
      const { stream, snapshotId, chunk, rdbBytes } = frame;
      const before = SnapshotChunk.encode({ stream, snapshotId }).finish();
      return { before, tag: CHUNK, payloads: [chunk], behind: SnapshotChunk.encode({ rdbBytes: rdbBytes ?? 0 }).finish() };
    }
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest >>>= 7) bytes++;
  return bytes;
}

/** Returns where it ends. */
function writeVarint(bytes: Buffer, from: number, value: number): number {
  let at = from;
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
  bytes[at++] = rest;
  return at;
}
