/**
 * Listpack (Redis 5 streams, everything from 7.0): u32 LE total bytes, u16 LE count (65535: unknown), entries, 0xFF. An entry:
 *
 *   0xxxxxxx 7-bit uint · 10xxxxxx string ≤ 63 · 110xxxxx y 13-bit int · 1110xxxx y string ≤ 4095 · F0 u32 LE string
 *   F1 i16 · F2 i24 · F3 i32 · F4 i64 (LE)      then its own length, to be read backwards: 1 to 5 bytes
 */
import { PackedCursor, packedMalformed } from "./cursor.ts";

const END = 0xff;
const COUNT_UNKNOWN = 0xffff;

export function* listpack(blob: Buffer): Generator<Buffer, void, void> {
  const cursor = new PackedCursor(blob);
  if (cursor.uint32() !== blob.length) throw packedMalformed("a listpack of another length");
  const declared = cursor.uint16();
  let count = 0;
  for (;;) {
    const from = cursor.at;
    const first = cursor.byte();
    if (first === END) break;
    const value = readEntry(cursor, first);
    cursor.bytes(backwardBytes(cursor.at - from));
    count++;
    yield value;
  }
  cursor.finish();
  if (declared !== COUNT_UNKNOWN && declared !== count) throw packedMalformed("a listpack of another count");
}

function readEntry(cursor: PackedCursor, first: number): Buffer {
  if (first < 0x80) return Buffer.from(`${first}`);
  if (first < 0xc0) return cursor.bytes(first & 63);
  if (first < 0xe0) {
    const value = ((first & 31) << 8) | cursor.byte();
    return Buffer.from(`${value < 4096 ? value : value - 8192}`);
  }
  if (first < 0xf0) return cursor.bytes(((first & 15) << 8) | cursor.byte());
  switch (first) {
    case 0xf0:
      return cursor.bytes(cursor.uint32());
    case 0xf1:
      return cursor.integer(2);
    case 0xf2:
      return cursor.integer(3);
    case 0xf3:
      return cursor.integer(4);
    case 0xf4:
      return cursor.integer(8);
    default:
      throw packedMalformed("an unknown encoding in a listpack");
  }
}

/** How many bytes the length of an entry takes, seven bits in each. */
function backwardBytes(entryBytes: number): number {
  if (entryBytes < 128) return 1;
  if (entryBytes < 16_384) return 2;
  if (entryBytes < 2_097_152) return 3;
  return entryBytes < 268_435_456 ? 4 : 5;
}
