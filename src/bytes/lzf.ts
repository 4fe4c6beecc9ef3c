/**
 * LZF as RDB strings use it. Control byte c < 32: c + 1 literal bytes follow. Otherwise copy l + 2 bytes, l = c >> 5 (7: add the
 * next byte), from ((c & 31) << 8 | next) + 1 bytes back; the copy may overlap what it writes.
 */
import { GatewayError } from "../errors.ts";

/** The densest instruction: three bytes copy 7 + 255 + 2. */
const MAX_RATIO = 264 / 3;

/** Unpacks to exactly `rawBytes`; a size that `packed` cannot have is refused before anything is allocated. Throws RDB_MALFORMED. */
export function unpackLzf(packed: Buffer, rawBytes: number): Buffer {
  if (rawBytes > packed.length * MAX_RATIO) throw malformed();
  const raw = Buffer.allocUnsafe(rawBytes);
  let from = 0;
  let to = 0;
  while (from < packed.length) {
    const control = packed[from++]!;
    if (control < 32) {
      const literal = control + 1;
      if (from + literal > packed.length || to + literal > rawBytes) throw malformed();
      packed.copy(raw, to, from, from + literal);
      from += literal;
      to += literal;
      continue;
    }
    let length = control >> 5;
    if (length === 7) {
      if (from >= packed.length) throw malformed();
      length += packed[from++]!;
    }
    if (from >= packed.length) throw malformed();
    let back = to - (((control & 31) << 8) | packed[from++]!) - 1;
    const end = to + length + 2;
    if (back < 0 || end > rawBytes) throw malformed();
    while (to < end) raw[to++] = raw[back++]!;
  }
  if (to !== rawBytes) throw malformed();
  return raw;
}

function malformed(): GatewayError {
  return new GatewayError("RDB_MALFORMED", "an LZF string does not decode to its declared size");
}
