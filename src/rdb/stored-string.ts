/**
 * A short string as an RDB stores it (`reader.ts` has the forms), whole and in one piece: how long its text is, and where that comes from.
 * Nothing is allocated: a snapshot is mostly such strings.
 */
const LENGTH_IN_TWO_BYTES = 0x40;
const LONGER_LENGTH = 0x80;
const INT8 = 0xc0;
const INT32 = 0xc2;
const LZF = 0xc3;

/** A sign and ten digits. */
const MAX_NUMBER_BYTES = 11;
/** The text has 16 KiB or more. */
export const LONG = -1;

/** Bytes of the text, of a number's at most; LONG where two bytes cannot tell. */
export function textBytes(stored: Buffer): number {
  const first = stored[0]!;
  if (first < LONGER_LENGTH) return stored.length - lengthBytes(first);
  if (isNumber(stored)) return MAX_NUMBER_BYTES;
  if (first !== LZF || stored[1]! >= LONGER_LENGTH) return LONG;
  const at = 1 + lengthBytes(stored[1]!);
  const length = stored[at]!;
  if (length >= LONGER_LENGTH) return LONG;
  return length < LENGTH_IN_TWO_BYTES ? length : ((length & 63) << 8) | stored[at + 1]!;
}

export function isNumber(stored: Buffer): boolean {
  return stored[0]! >= INT8 && stored[0]! <= INT32;
}

export function readNumber(stored: Buffer): number {
  const size = stored[0]!;
  return size === INT8 ? stored.readInt8(1) : size === INT32 ? stored.readInt32LE(1) : stored.readInt16LE(1);
}

export function isLzf(stored: Buffer): boolean {
  return stored[0] === LZF;
}

/** Where the text, or what LZF packed, begins; not for numbers and what is LONG. */
export function bodyAt(stored: Buffer): number {
  const first = stored[0]!;
  if (first !== LZF) return lengthBytes(first);
  const at = 1 + lengthBytes(stored[1]!);
  return at + lengthBytes(stored[at]!);
}

function lengthBytes(first: number): number {
  return first < LENGTH_IN_TWO_BYTES ? 1 : 2;
}
