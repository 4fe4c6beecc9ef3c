/**
 * A record: a span (from, to] of one master's stream, exactly as it lies on disk and travels on the wire.
 * It is packed once, when it is cut, and unpacked once, at delivery.
 *
 *   0  u32  length of the whole record, header included      24  u64  from: offset before the first byte
 *   4  u32  CRC-32 (RFC 1952) of bytes 8 … length            32  u64  to: offset after the last byte
 *   8  u8   format, 1                                        40  f64  read-time, ms since 1970, origin's clock
 *   9  u8   codec: 0 raw, 1 LZ4 (`bytes/lz4.ts`)             48  20 B replid in force
 *  10  u16  flags: 1 OPEN                                    68  u32  reserved, 0
 *  12  u32  database selected at `from`                      72  …    payload
 *  16  u32  database selected at `to`
 *  20  u32  commands that end in this record                 (little endian)
 *
 * A record ends between commands and outside MULTI…EXEC (TRANSACTIONS_STAY_WHOLE), unless OPEN says that one command or
 * transaction too large for one record goes on in the next. An empty record (from = to) tells of a new replid.
 */
import { crc32 } from "node:zlib";
import { packLz4, unpackLz4 } from "../bytes/lz4.ts";
import { Slab } from "../bytes/slab.ts";
import { GatewayError } from "../errors.ts";
import { Offset, type Replid } from "./position.ts";

export const RECORD_HEADER_BYTES = 72;
/** No record holds more raw bytes of the stream; larger units span several OPEN records. */
export const MAX_RECORD_RAW_BYTES = 1024 * 1024;
/** Raw payload is never larger than its packed form, so this bounds every stored or received record. */
export const MAX_RECORD_BYTES = RECORD_HEADER_BYTES + MAX_RECORD_RAW_BYTES;

const FORMAT = 1;
const CODEC_RAW = 0;
const CODEC_LZ4 = 1;
const FLAG_OPEN = 1;
/** A database number is a positive int32 in every server. */
const MAX_DB = 2 ** 31 - 1;
/** The year 33658: checkpoints write read-times with 15 digits. */
const MAX_TIME_MS = 1e15;
const NO_PAYLOAD = Buffer.alloc(0);
/** The records of all streams: they leave memory in the order in which they were made. */
const slab = new Slab();

export type RecordHeader = {
  readonly from: Offset;
  readonly to: Offset;
  readonly replid: Replid;
  /** Database selected before the first byte. */
  readonly db: number;
  /** Database selected after the last byte. */
  readonly dbAfter: number;
  readonly commands: number;
  /** Milliseconds since 1970 by the origin gateway's clock, when the last byte was read from the master. */
  readonly readAtMs: number;
  /** The record ends inside a command or transaction that the next record goes on with. */
  readonly open: boolean;
};

export function rawBytesOf(header: RecordHeader): number {
  return Offset.distance(header.from, header.to);
}

/** Packs one record. `payload.length` must be `to - from`, at most MAX_RECORD_RAW_BYTES. */
export function encodeRecord(header: RecordHeader, payload: Buffer): Buffer {
  if (payload.length !== rawBytesOf(header) || payload.length > MAX_RECORD_RAW_BYTES) {
    throw new GatewayError("INVARIANT", "a record's payload does not fill its span", {
      details: { payloadBytes: payload.length, spanBytes: rawBytesOf(header) },
    });
  }
  const packed = packLz4(payload);
  const body = packed ?? payload;
  const record = slab.take(RECORD_HEADER_BYTES + body.length);
  record.writeUInt32LE(record.length, 0);
  record.writeUInt8(FORMAT, 8);
  record.writeUInt8(packed ? CODEC_LZ4 : CODEC_RAW, 9);
  record.writeUInt16LE(header.open ? FLAG_OPEN : 0, 10);
  record.writeUInt32LE(header.db, 12);
  record.writeUInt32LE(header.dbAfter, 16);
  record.writeUInt32LE(header.commands, 20);
  record.writeBigUInt64LE(header.from, 24);
  record.writeBigUInt64LE(header.to, 32);
  record.writeDoubleLE(header.readAtMs, 40);
  record.write(header.replid, 48, "hex");
  record.writeUInt32LE(0, 68);
  body.copy(record, RECORD_HEADER_BYTES);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  return record;
}

/** Length of the record that begins here, from at least 4 bytes; throws RECORD_MALFORMED when no record can be that long. */
export function recordLength(start: Buffer): number {
  const length = start.readUInt32LE(0);
  if (length < RECORD_HEADER_BYTES || length > MAX_RECORD_BYTES) throw malformed("impossible length", { length });
  return length;
}

/** Checks a whole record (length, checksum, format, sizes) and reads its header. Throws RECORD_MALFORMED. */
export function decodeRecordHeader(record: Buffer): RecordHeader {
  if (record.length < RECORD_HEADER_BYTES || recordLength(record) !== record.length) throw malformed("length", { bytes: record.length });
  if (crc32(record.subarray(8)) !== record.readUInt32LE(4)) throw malformed("checksum");
  return readRecordHeader(record);
}

/** The header of a record that this process has already checked or made itself: no checksum is computed again. */
export function readRecordHeader(record: Buffer): RecordHeader {
  if (record.readUInt8(8) !== FORMAT) throw malformed("unknown format", { format: record.readUInt8(8) });
  if (record.readUInt8(9) > CODEC_LZ4) throw malformed("unknown codec", { codec: record.readUInt8(9) });
  const from = Offset.of(record.readBigUInt64LE(24));
  const to = Offset.of(record.readBigUInt64LE(32));
  const raw = to - from;
  if (raw < 0n || raw > BigInt(MAX_RECORD_RAW_BYTES)) throw malformed("impossible span", { from, to });
  const flags = record.readUInt16LE(10);
  if (flags > FLAG_OPEN || record.readUInt32LE(68) !== 0) throw malformed("unknown flags", { flags });
  const db = record.readUInt32LE(12);
  const dbAfter = record.readUInt32LE(16);
  if (db > MAX_DB || dbAfter > MAX_DB) throw malformed("impossible database", { db, dbAfter });
  const readAtMs = record.readDoubleLE(40);
  // What is not a time would end up in the target's checkpoint, and nobody could read that again.
  if (!(readAtMs >= 0 && readAtMs < MAX_TIME_MS)) throw malformed("impossible read-time", { readAtMs });
  const commands = record.readUInt32LE(20);
  return { from, to, replid: record.toString("hex", 48, 68) as Replid, db, dbAfter, commands, readAtMs, open: flags === FLAG_OPEN };
}

/** The master's own bytes; those of a packed record may lie in `room`, which has just their size. Throws RECORD_MALFORMED when the payload does not fill the span. */
export function decodePayload(record: Buffer, header: RecordHeader, room?: Buffer): Buffer {
  const body = record.subarray(RECORD_HEADER_BYTES);
  const rawBytes = rawBytesOf(header);
  if (record.readUInt8(9) === CODEC_LZ4) return unpackLz4(body, rawBytes, room);
  if (body.length !== rawBytes) throw malformed("raw payload does not fill its span");
  return body.length === 0 ? NO_PAYLOAD : body;
}

/** The same in `room`, which has just its size, packed or not: bytes of one's own. Throws RECORD_MALFORMED. */
export function copyPayload(record: Buffer, header: RecordHeader, room: Buffer): Buffer {
  const payload = decodePayload(record, header, room);
  if (payload !== room) payload.copy(room);
  return room;
}

/** What `unpackRecord` makes of a record with this header. */
export function unpackedBytesOf(header: RecordHeader): number {
  return RECORD_HEADER_BYTES + rawBytesOf(header);
}

/** Writes the same record with a raw payload to `room`, which has just its size: to be packed together with others. Throws RECORD_MALFORMED. */
export function unpackRecord(record: Buffer, header: RecordHeader, room: Buffer): void {
  copyPayload(record, header, room.subarray(RECORD_HEADER_BYTES));
  record.copy(room, 0, 0, RECORD_HEADER_BYTES);
  room.writeUInt32LE(room.length, 0);
  room.writeUInt8(CODEC_RAW, 9);
  room.writeUInt32LE(crc32(room.subarray(8)), 4);
}

function malformed(what: string, details: Readonly<Record<string, unknown>> = {}): GatewayError {
  return new GatewayError("RECORD_MALFORMED", `a record is malformed: ${what}`, { details });
}
