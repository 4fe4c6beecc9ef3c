/**
 * A chunk of a stored snapshot (an RDB file), exactly as it lies on disk and travels on the wire.
 *
 *   0  u32  length of the whole chunk, header included     12  u32  index, from 0
 *   4  u32  CRC-32 (RFC 1952) of bytes 8 … length          16  u64  RDB offset of the first byte
 *   8  u8   format, 1                                      24  u32  raw bytes
 *   9  u8   codec: 0 raw, 1 LZ4 (`bytes/lz4.ts`)           28  u32  reserved, 0
 *  10  u16  flags, 0                                       32  …    payload                       (little endian)
 */
import { crc32 } from "node:zlib";
import { packLz4, unpackLz4 } from "../bytes/lz4.ts";
import { GatewayError } from "../errors.ts";

const HEADER_BYTES = 32;
/** Raw RDB bytes per chunk, except the last. */
export const CHUNK_RAW_BYTES = 256 * 1024;
export const MAX_CHUNK_BYTES = HEADER_BYTES + CHUNK_RAW_BYTES;

const FORMAT = 1;
const CODEC_RAW = 0;
const CODEC_LZ4 = 1;

export type ChunkHeader = { readonly index: number; readonly rdbOffset: number; readonly rawBytes: number };

/** Of a chunk that has just been made, or checked: its header, and what it packs where that is at hand. */
export type KnownChunk = { readonly header: ChunkHeader; readonly raw?: Buffer };

/** Packs `raw`, at most CHUNK_RAW_BYTES of an RDB beginning at `rdbOffset`. */
export function encodeChunk(index: number, rdbOffset: number, raw: Buffer): Buffer {
  const packed = packLz4(raw);
  const body = packed ?? raw;
  const chunk = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  chunk.writeUInt32LE(chunk.length, 0);
  chunk.writeUInt8(FORMAT, 8);
  chunk.writeUInt8(packed ? CODEC_LZ4 : CODEC_RAW, 9);
  chunk.writeUInt16LE(0, 10);
  chunk.writeUInt32LE(index, 12);
  chunk.writeBigUInt64LE(BigInt(rdbOffset), 16);
  chunk.writeUInt32LE(raw.length, 24);
  chunk.writeUInt32LE(0, 28);
  body.copy(chunk, HEADER_BYTES);
  chunk.writeUInt32LE(crc32(chunk.subarray(8)), 4);
  return chunk;
}

/** Length of the chunk that begins here, from at least 4 bytes. Throws RECORD_MALFORMED when no chunk can be that long. */
export function chunkLength(start: Buffer): number {
  const length = start.readUInt32LE(0);
  if (length < HEADER_BYTES || length > MAX_CHUNK_BYTES) throw malformed("impossible length");
  return length;
}

/** RDB offset behind the last byte of a checked chunk. */
export function chunkEnd(chunk: Buffer): number {
  return Number(chunk.readBigUInt64LE(16)) + chunk.readUInt32LE(24);
}

/** Checks a whole chunk and reads its header. Throws RECORD_MALFORMED. */
export function decodeChunkHeader(chunk: Buffer): ChunkHeader {
  if (chunk.length < HEADER_BYTES || chunkLength(chunk) !== chunk.length) throw malformed("length");
  if (crc32(chunk.subarray(8)) !== chunk.readUInt32LE(4)) throw malformed("checksum");
  return readChunkHeader(chunk);
}

/** The header of a chunk whose checksum was verified on its way here, or will be before anything relies on it. */
export function readChunkHeader(chunk: Buffer): ChunkHeader {
  if (chunk.readUInt8(8) !== FORMAT || chunk.readUInt8(9) > CODEC_LZ4) throw malformed("unknown format or codec");
  const rawBytes = chunk.readUInt32LE(24);
  if (rawBytes > CHUNK_RAW_BYTES) throw malformed("impossible raw size");
  return { index: chunk.readUInt32LE(12), rdbOffset: Number(chunk.readBigUInt64LE(16)), rawBytes };
}

/** The RDB bytes of a checked chunk, in `room` of just that size; nothing of the chunk is kept. */
export function decodeChunkPayload(chunk: Buffer, { rawBytes }: ChunkHeader, room: Buffer = Buffer.allocUnsafe(rawBytes)): Buffer {
  const body = chunk.subarray(HEADER_BYTES);
  if (chunk.readUInt8(9) === CODEC_LZ4) return unpackLz4(body, rawBytes, room);
  if (body.length !== rawBytes) throw malformed("raw payload has another size");
  room.set(body);
  return room;
}

function malformed(what: string): GatewayError {
  return new GatewayError("RECORD_MALFORMED", `a snapshot chunk is malformed: ${what}`);
}
