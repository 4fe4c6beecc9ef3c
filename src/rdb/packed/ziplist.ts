/**
 * Ziplist (up to Redis 6.2): u32 LE bytes, u32 LE offset of the last entry, u16 LE count (65535: unknown), entries, 0xFF. An entry is the
 * length of the one before (1 byte, or FE + u32 LE) and
 *
 *   00xxxxxx string ≤ 63 · 01xxxxxx y string ≤ 16383 · 10…… u32 BE string · C0 i16 · D0 i32 · E0 i64 · F0 i24 · FE i8 (LE) · F1–FD 0 to 12
 */
import { PackedCursor, packedMalformed } from "./cursor.ts";

const END = 0xff;
const LONG_LENGTH = 0xfe;
const COUNT_UNKNOWN = 0xffff;

export function* ziplist(blob: Buffer): Generator<Buffer, void, void> {
  const cursor = new PackedCursor(blob);
  if (cursor.uint32() !== blob.length) throw packedMalformed("a ziplist of another length");
  cursor.uint32();
  const declared = cursor.uint16();
  let count = 0;
  for (;;) {
    const before = cursor.byte();
    if (before === END) break;
    if (before === LONG_LENGTH) cursor.uint32();
    count++;
    yield readEntry(cursor, cursor.byte());
  }
  cursor.finish();
  if (declared !== COUNT_UNKNOWN && declared !== count) throw packedMalformed("a ziplist of another count");
}

function readEntry(cursor: PackedCursor, first: number): Buffer {
  if (first < 0x40) return cursor.bytes(first);
  if (first < 0x80) return cursor.bytes(((first & 63) << 8) | cursor.byte());
  if (first < 0xc0) return cursor.bytes(cursor.uint32BE());
  switch (first) {
    case 0xc0:
      return cursor.integer(2);
    case 0xd0:
      return cursor.integer(4);
    case 0xe0:
      return cursor.integer(8);
    case 0xf0:
      return cursor.integer(3);
    case 0xfe:
      return cursor.integer(1);
    default:
  }
  if (first < 0xf1 || first > 0xfd) throw packedMalformed("an unknown encoding in a ziplist");
  return Buffer.from(`${(first & 15) - 1}`);
}
