/**
 * LZF as RDB strings use it. Control byte c < 32: c + 1 literal bytes follow. Otherwise copy l + 2 bytes, l = c >> 5 (7: add the
 * next byte), from ((c & 31) << 8 | next) + 1 bytes back; the copy may overlap what it writes.
 */
import { GatewayError } from "../errors.ts";

/** The densest instruction: three bytes copy 7 + 255 + 2. */
const MAX_COPY_BYTES = 264;
const MAX_RATIO = MAX_COPY_BYTES / 3;

/** Unpacks to exactly `rawBytes`; a size that `packed` cannot have is refused before anything is allocated. Throws RDB_MALFORMED. */
export function unpackLzf(packed: Buffer, rawBytes: number): Buffer {
  if (rawBytes > packed.length * MAX_RATIO) throw malformed();
  const raw = Buffer.allocUnsafe(rawBytes);
  unpackLzfTo(raw, { packed, from: 0, at: 0, rawBytes });
  return raw;
}

export type LzfPlace = { readonly packed: Buffer; readonly from: number; readonly at: number; readonly rawBytes: number };

/** The same of `packed` from byte `from` to its end, into `raw` from `at` on; nothing else of `raw` is touched or looked at. */
export function unpackLzfTo(raw: Buffer, place: LzfPlace): void {
  const { packed, at, rawBytes } = place;
  const rawEnd = at + rawBytes;
  if (rawEnd > raw.length) throw malformed();
  let { from } = place;
  let to = at;
  while (from < packed.length) {
    const control = packed[from++]!;
    if (control < 32) {
      const end = to + control + 1;
      if (from + control >= packed.length || end > rawEnd) throw malformed();
      // At most 32 bytes: a call of native code would cost more.
      while (to < end) raw[to++] = packed[from++]!;
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
    if (back < at || end > rawEnd) throw malformed();
    while (to < end) raw[to++] = raw[back++]!;
  }
  if (to !== rawEnd) throw malformed();
}

/** How far back a copy reaches. */
const WINDOW_BYTES = 8192;
/** Of what `push` gives at once, roughly. */
const PIECE_BYTES = 64 * 1024;

/** Unpacks what comes in pieces and holds no more than one of them and the window that copies reach back into. */
export class LzfPieces {
  #rawLeft: number;
  #raw: Buffer = Buffer.allocUnsafe(WINDOW_BYTES + PIECE_BYTES);
  /** Where the bytes that were not given out begin, and end. */
  #from = 0;
  #to = 0;
  /** Literal bytes of an instruction that the last piece broke off. */
  #literals = 0;
  /** What was read of a copy that the last piece broke off: its length, or -1; and whether the length is whole. */
  #length = -1;
  #control = 0;
  #lengthKnown = false;

  constructor(rawBytes: number) {
    this.#rawLeft = rawBytes;
  }

  /** All of the declared size has been given out, and no instruction is broken off. */
  get isDone(): boolean {
    return this.#rawLeft === 0 && this.#literals === 0 && this.#length < 0;
  }

  /** Throws RDB_MALFORMED. */
  *push(packed: Buffer): Generator<Buffer, void, void> {
    let at = 0;
    while (at < packed.length) {
      if (this.#literals > 0) {
        const count = Math.min(this.#literals, packed.length - at);
        this.#owe(count);
        packed.copy(this.#raw, this.#to, at, at + count);
        this.#to += count;
        this.#literals -= count;
        at += count;
      } else if (this.#length < 0) {
        this.#control = packed[at++]!;
        if (this.#control < 32) {
          this.#literals = this.#control + 1;
        } else {
          this.#length = this.#control >> 5;
          this.#lengthKnown = this.#length < 7;
        }
      } else if (!this.#lengthKnown) {
        this.#length += packed[at++]!;
        this.#lengthKnown = true;
      } else {
        this.#copy((((this.#control & 31) << 8) | packed[at++]!) + 1, this.#length + 2);
        this.#length = -1;
      }
      if (this.#raw.length - this.#to < MAX_COPY_BYTES) yield* this.#give();
    }
    yield* this.#give();
  }

  #owe(count: number): void {
    this.#rawLeft -= count;
    if (this.#rawLeft < 0) throw malformed();
  }

  #copy(distance: number, count: number): void {
    this.#owe(count);
    const raw = this.#raw;
    let back = this.#to - distance;
    if (back < 0) throw malformed();
    for (const end = this.#to + count; this.#to < end; ) raw[this.#to++] = raw[back++]!;
  }

  /** What was given out is never written again: the window moves into new memory. */
  *#give(): Generator<Buffer, void, void> {
    if (this.#to === this.#from) return;
    yield this.#raw.subarray(this.#from, this.#to);
    const kept = Math.min(WINDOW_BYTES, this.#to);
    const next = Buffer.allocUnsafe(WINDOW_BYTES + PIECE_BYTES);
    this.#raw.copy(next, 0, this.#to - kept, this.#to);
    this.#raw = next;
    this.#from = kept;
    this.#to = kept;
  }
}

function malformed(): GatewayError {
  return new GatewayError("RDB_MALFORMED", "an LZF string does not decode to its declared size");
}
