/**
 * RESP words, written one behind the other into the buffers that units are gathered in. Byte by byte: this runs for every key, and strings cost
 * more than the bytes.
 */
import { unpackLzfTo } from "../../../bytes/lzf.ts";
import { UNIT_BUFFER_BYTES, type UnitBuffers } from "./unit-buffers.ts";

/** Fewer are copied sooner without native code. */
const COPIED_HERE_BYTES = 48;
/** Everything around the words of one command, with numbers of any size. */
export const FRAME_BYTES = 192;

const CR = 13;
const LF = 10;
const DOLLAR = 36;
const MINUS = 45;
const ZERO = 48;

export class UnitBytes {
  readonly #buffers: UnitBuffers;
  readonly #pieces: Buffer[] = [];
  /** Those of our pieces that belong to `buffers`. */
  readonly #taken: Buffer[] = [];
  #buffer: Buffer;
  /** Start of what is not among the pieces yet. */
  #from = 0;
  #at = 0;
  /** Of what is among them. */
  #cutBytes = 0;

  constructor(buffers: UnitBuffers) {
    this.#buffers = buffers;
    this.#buffer = buffers.take();
    this.#taken.push(this.#buffer);
  }

  /** Written so far. */
  get bytes(): number {
    return this.#cutBytes + this.#at - this.#from;
  }

  /** Where the next byte goes, in `buffer`; both are good until `makeRoom`. */
  get at(): number {
    return this.#at;
  }

  get buffer(): Buffer {
    return this.#buffer;
  }

  /** All of it; nothing more may be written. */
  finish(): readonly Buffer[] {
    this.#cut();
    return this.#pieces;
  }

  /** What was written will not be looked at any more. */
  release(): void {
    this.#buffers.give(this.#taken);
  }

  /** Must be called before so many bytes are written, in one piece of memory. */
  makeRoom(bytes: number): void {
    if (this.#buffer.length - this.#at >= bytes) return;
    this.#cut();
    if (bytes > UNIT_BUFFER_BYTES) {
      this.#buffer = Buffer.allocUnsafe(bytes);
    } else {
      this.#buffer = this.#buffers.take();
      this.#taken.push(this.#buffer);
    }
    this.#from = 0;
    this.#at = 0;
  }

  /** Bytes that are not copied. */
  insert(pieces: readonly Buffer[], bytes: number): void {
    this.#cut();
    this.#pieces.push(...pieces);
    this.#cutBytes += bytes;
  }

  /** The caller wrote so many behind `at`. */
  wrote(bytes: number): void {
    this.#at += bytes;
  }

  byte(value: number): void {
    this.#buffer[this.#at++] = value;
  }

  /** The bytes from `from` on. */
  word(bytes: Buffer, from = 0): void {
    this.length(bytes.length - from);
    this.copy(bytes, from);
    this.#lineEnd();
  }

  /** Of the word that follows. */
  length(bytes: number): void {
    this.#buffer[this.#at++] = DOLLAR;
    this.#digits(bytes, digitsOf(bytes));
    this.#lineEnd();
  }

  /** An integer below 2^53 in both directions. */
  numberWord(value: number): void {
    const absolute = Math.abs(value);
    const digits = digitsOf(absolute);
    this.length(value < 0 ? digits + 1 : digits);
    if (value < 0) this.#buffer[this.#at++] = MINUS;
    this.#digits(absolute, digits);
    this.#lineEnd();
  }

  /** The word that `packed` is from byte `from` on. Throws RDB_MALFORMED. */
  lzfWord(packed: Buffer, from: number, rawBytes: number): void {
    this.length(rawBytes);
    unpackLzfTo(this.#buffer, { packed, from, at: this.#at, rawBytes });
    this.#at += rawBytes;
    this.#lineEnd();
  }

  copy(bytes: Buffer, from = 0): void {
    const length = bytes.length - from;
    if (length > COPIED_HERE_BYTES) {
      this.#buffer.set(from === 0 ? bytes : bytes.subarray(from), this.#at);
    } else {
      const buffer = this.#buffer;
      const at = this.#at - from;
      for (let index = from; index < bytes.length; index++) buffer[at + index] = bytes[index]!;
    }
    this.#at += length;
  }

  #lineEnd(): void {
    this.#buffer[this.#at++] = CR;
    this.#buffer[this.#at++] = LF;
  }

  #digits(value: number, digits: number): void {
    const buffer = this.#buffer;
    let rest = value;
    for (let at = this.#at + digits - 1; at >= this.#at; at--) {
      const tens = Math.floor(rest / 10);
      buffer[at] = ZERO + rest - 10 * tens;
      rest = tens;
    }
    this.#at += digits;
  }

  #cut(): void {
    if (this.#at > this.#from) this.#pieces.push(this.#buffer.subarray(this.#from, this.#at));
    this.#cutBytes += this.#at - this.#from;
    this.#from = this.#at;
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  return digits;
}
