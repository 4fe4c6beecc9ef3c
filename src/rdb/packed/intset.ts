/** Intset: u32 LE width (2, 4 or 8), u32 LE count, the integers, LE. */
import { PackedCursor, packedMalformed } from "./cursor.ts";

export function* intset(blob: Buffer): Generator<Buffer, void, void> {
  const cursor = new PackedCursor(blob);
  const width = cursor.uint32();
  if (width !== 2 && width !== 4 && width !== 8) throw packedMalformed("an intset of an unknown width");
  for (let left = cursor.uint32(); left > 0; left--) yield cursor.integer(width);
  cursor.finish();
}
