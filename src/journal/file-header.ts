/**
 * The first bytes of every segment and chunk file: what it is, whose it is and where it begins.
 *
 *   0  8 B  magic: CWSEGMNT or CWSNAPSH          44  8 B  history id
 *   8  u32  version, 1                           52  8 B  snapshot id, 0 in segments
 *  12  u32  database selected at the offset      60  u8   length of the stream's name
 *  16  u64  offset                               61  …    stream's name, then 0
 *  24  20 B replid in force at the offset       156  u32  CRC-32 of bytes 0 … 156        (little endian)
 */
import { crc32 } from "node:zlib";
import { GatewayError } from "../errors.ts";
import { type HistoryId, Offset, type Replid, type StreamId } from "../stream/position.ts";

export const FILE_HEADER_BYTES = 160;
const CRC_AT = 156;
const VERSION = 1;
const MAGIC = { segment: "CWSEGMNT", snapshot: "CWSNAPSH" } as const;
const NO_SNAPSHOT = "0".repeat(16);

export type FileHeader = {
  readonly kind: keyof typeof MAGIC;
  readonly stream: StreamId;
  readonly history: HistoryId;
  readonly offset: Offset;
  readonly replid: Replid;
  readonly db: number;
  readonly snapshot?: string;
};

export function encodeFileHeader(header: FileHeader): Buffer {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  bytes.write(MAGIC[header.kind], 0, "latin1");
  bytes.writeUInt32LE(VERSION, 8);
  bytes.writeUInt32LE(header.db, 12);
  bytes.writeBigUInt64LE(header.offset, 16);
  bytes.write(header.replid, 24, "hex");
  bytes.write(header.history, 44, "hex");
  bytes.write(header.snapshot ?? NO_SNAPSHOT, 52, "hex");
  bytes.writeUInt8(header.stream.length, 60);
  bytes.write(header.stream, 61, CRC_AT - 61, "latin1");
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT);
  return bytes;
}

/** Throws RECORD_MALFORMED when these bytes are not a whole header of that kind, JOURNAL_VERSION when they are one of another version. */
export function decodeFileHeader(kind: FileHeader["kind"], bytes: Buffer): FileHeader {
  if (bytes.length < FILE_HEADER_BYTES) throw malformed("it is short");
  if (crc32(bytes.subarray(0, CRC_AT)) !== bytes.readUInt32LE(CRC_AT)) throw malformed("checksum");
  if (bytes.toString("latin1", 0, 8) !== MAGIC[kind]) throw malformed(`it is not a ${kind}`);
  const version = bytes.readUInt32LE(8);
  // No damage, which would be mended: another version of this program reads it well.
  if (version !== VERSION) {
    throw new GatewayError("JOURNAL_VERSION", `the journal's files are of version ${version}, this gateway knows ${VERSION}`);
  }
  const snapshot = bytes.toString("hex", 52, 60);
  return {
    kind,
    stream: bytes.toString("latin1", 61, 61 + bytes.readUInt8(60)) as StreamId,
    history: bytes.toString("hex", 44, 52) as HistoryId,
    offset: Offset.of(bytes.readBigUInt64LE(16)),
    replid: bytes.toString("hex", 24, 44) as Replid,
    db: bytes.readUInt32LE(12),
    ...(snapshot === NO_SNAPSHOT ? {} : { snapshot }),
  };
}

function malformed(what: string): GatewayError {
  return new GatewayError("RECORD_MALFORMED", `a journal file's header is malformed: ${what}`);
}
