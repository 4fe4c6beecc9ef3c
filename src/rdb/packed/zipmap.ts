/** Zipmap (hashes before Redis 2.6): a count byte, then key length, key, value length, free bytes, value and free room; 0xFF ends it. */
import { PackedCursor } from "./cursor.ts";

const END = 0xff;
const LONG_LENGTH = 0xfe;

/** Keys and values in turn. */
export function* zipmap(blob: Buffer): Generator<Buffer, void, void> {
  const cursor = new PackedCursor(blob);
  // 254 and above: unknown; it is counted by nobody.
  cursor.byte();
  for (let first = cursor.byte(); first !== END; first = cursor.byte()) {
    yield cursor.bytes(lengthOf(cursor, first));
    const valueBytes = lengthOf(cursor, cursor.byte());
    const free = cursor.byte();
    yield cursor.bytes(valueBytes);
    cursor.bytes(free);
  }
  cursor.finish();
}

function lengthOf(cursor: PackedCursor, first: number): number {
  return first === LONG_LENGTH ? cursor.uint32() : first;
}
