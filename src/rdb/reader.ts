/**
 * Reads the primitives of an RDB from chunks of any size. Every primitive either happens whole or says "not yet" (undefined,
 * false or SHORT) and consumes nothing; it is asked again after the next `feed`. Bodies that nobody looks at are not waited for:
 * skipping them leaves a debt that the next chunks pay, so large values are neither joined nor copied.
 *
 * length: 00xxxxxx 6 bits · 01xxxxxx x 14 bits BE · 0x80 + 4 bytes BE · 0x81 + 8 bytes BE · 11eeeeee only in strings
 * string: length + bytes, or e = 0 int8 · 1 int16 · 2 int32 (LE) · 3 LZF: length packed, length plain, bytes
 */
import { Crc64 } from "../bytes/crc64.ts";
import { unpackLzf } from "../bytes/lzf.ts";
import { GatewayError } from "../errors.ts";
import { describeType } from "./opcodes.ts";

/** A number was asked for and more bytes are needed. */
export const SHORT = -1;

const NOTHING = Buffer.alloc(0);
const STRING_SPECIAL = 0xc0;
const INT_BYTES = [1, 2, 4] as const;
const LZF = STRING_SPECIAL | 3;

/** A span that is too large to be held: where it lies in the RDB, and the CRC-64 of what stands before it in a DUMP payload and of itself. */
export type MeasuredSpan = { readonly from: number; readonly bytes: number; readonly crc: Crc64 };

/** `storedBytes` follow the head and make `bytes` of text; both are 0 for an integer, which is its own head. */
export type StringHead = { readonly isPacked: boolean; readonly headBytes: number; readonly storedBytes: number; readonly bytes: number };

export type RdbReaderOptions = {
  /** Longest span; strings, which are handed out in one piece of memory, have a limit of their own beside it. */
  readonly maxBytes: number;
  /** Longer spans are measured instead of held; without it all are held. */
  readonly heldBytes?: number;
  /** False: somebody else has verified the checksum. */
  readonly verifyChecksum: boolean;
  /** False: spans are passed over, and may have any size. */
  readonly keepSpans: boolean;
};

/** proto-max-bulk-len unless configured: no key is longer. */
const MAX_STRING_BYTES = 512 * 1024 * 1024;

export class RdbReader {
  readonly #maxBytes: number;
  readonly #maxStringBytes: number;
  readonly #heldBytes: number;
  /** Undefined: somebody else has verified the checksum. */
  readonly #crc: Crc64 | undefined;
  readonly #keepSpans: boolean;
  #chunk: Buffer = NOTHING;
  #at = 0;
  /** RDB offset of the chunk's first byte. */
  #base = 0;
  /** Bytes still to be skipped. */
  #debt = 0;
  /** Chunks kept back until a primitive that crosses their borders can succeed. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** Unread bytes that the last unsuccessful primitive needs at least. */
  #wanted = 0;
  #crcFrom = 0;
  #spanFrom = -1;
  #spanOffset = 0;
  #spanType = 0;
  #spanMeta: readonly Buffer[] = [];
  #span: Buffer[] = [];
  #spanBytes = 0;
  /** Set once the span is too large to be held. */
  #spanCrc: Crc64 | undefined;

  constructor(options: RdbReaderOptions) {
    this.#maxBytes = options.maxBytes;
    this.#maxStringBytes = Math.min(options.maxBytes, MAX_STRING_BYTES);
    this.#heldBytes = options.heldBytes ?? options.maxBytes;
    this.#crc = options.verifyChecksum ? new Crc64() : undefined;
    this.#keepSpans = options.keepSpans;
  }

  /** RDB bytes consumed; exact once `settled`. */
  get offset(): number {
    return this.#base + this.#at;
  }

  get unread(): number {
    return this.#chunk.length - this.#at + this.#keptBytes;
  }

  /** The chunk is kept, and parts of it are handed out: it must not be written to again. */
  feed(chunk: Buffer): void {
    const rest = this.#chunk.length - this.#at;
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    if (rest + this.#keptBytes < this.#wanted) return;
    this.#retire();
    this.#chunk = rest === 0 && this.#kept.length === 1 ? chunk : Buffer.concat([this.#chunk.subarray(this.#at), ...this.#kept]);
    this.#at = 0;
    this.#crcFrom = 0;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#wanted = 0;
  }

  /** False while skipped bytes are still to come. */
  settled(): boolean {
    if (this.#debt === 0) return true;
    const paid = Math.min(this.#debt, this.#chunk.length - this.#at);
    this.#at += paid;
    this.#debt -= paid;
    return this.#debt === 0;
  }

  byte(): number {
    if (!this.settled() || this.#lacks(1)) return SHORT;
    return this.#chunk[this.#at++]!;
  }

  bytes(count: number): Buffer | undefined {
    if (!this.settled() || this.#lacks(count)) return undefined;
    this.#at += count;
    return this.#chunk.subarray(this.#at - count, this.#at);
  }

  /** Exact below 2^53, which covers every count and size that can be true. */
  length(): number {
    if (!this.settled() || this.#lacks(1)) return SHORT;
    const chunk = this.#chunk;
    const at = this.#at;
    const first = chunk[at]!;
    if (first < 0x40) {
      this.#at = at + 1;
      return first;
    }
    if (first < 0x80) {
      if (this.#lacks(2)) return SHORT;
      this.#at = at + 2;
      return ((first & 63) << 8) | chunk[at + 1]!;
    }
    if (first === 0x80) {
      if (this.#lacks(5)) return SHORT;
      this.#at = at + 5;
      return chunk.readUInt32BE(at + 1);
    }
    if (first === 0x81) {
      if (this.#lacks(9)) return SHORT;
      this.#at = at + 9;
      return chunk.readUInt32BE(at + 1) * 2 ** 32 + chunk.readUInt32BE(at + 5);
    }
    throw this.malformed("impossible length");
  }

  /** A number that may use all 64 bits. */
  length64(): bigint | undefined {
    if (!this.settled() || this.#lacks(1)) return undefined;
    if (this.#chunk[this.#at] === 0x81) {
      const all = this.bytes(9);
      return all?.readBigUInt64BE(1);
    }
    const value = this.length();
    return value === SHORT ? undefined : BigInt(value);
  }

  /** Eight bytes, least significant first. */
  int64(): bigint | undefined {
    if (!this.settled() || this.#lacks(8)) return undefined;
    const at = this.#at;
    this.#at = at + 8;
    const high = this.#chunk.readInt32LE(at + 4);
    // What times and counts are: exact as a number, which costs less than to put a bigint together.
    if (high >= 0 && high < 2 ** 21) return BigInt(high * 2 ** 32 + this.#chunk.readUInt32LE(at));
    return this.#chunk.readBigInt64LE(at);
  }

  /** The text of a string, decoded. */
  string(): Buffer | undefined {
    if (!this.settled() || this.#lacks(1)) return undefined;
    const start = this.#at;
    const first = this.#chunk[start]!;
    if (first < STRING_SPECIAL) return this.#body(start, this.length());
    if (first === LZF) {
      this.#at = start + 1;
      const packedBytes = this.length();
      const rawBytes = packedBytes === SHORT ? SHORT : this.length();
      if (rawBytes > this.#maxStringBytes) throw this.#tooLarge("string", rawBytes, this.#maxStringBytes);
      const packed = rawBytes === SHORT ? this.#notYet(start) : this.#body(start, packedBytes);
      return packed && unpackLzf(packed, rawBytes);
    }
    const size = INT_BYTES[first - STRING_SPECIAL];
    if (size === undefined) throw this.malformed("unknown string encoding");
    if (this.#lacks(1 + size)) return undefined;
    this.#at = start + 1 + size;
    return Buffer.from(`${this.#chunk.readIntLE(start + 1, size)}`);
  }

  /** How the next string is stored; it is not consumed. */
  stringHead(): StringHead | undefined {
    if (!this.settled() || this.#lacks(1)) return undefined;
    const start = this.#at;
    const first = this.#chunk[start]!;
    const isPacked = first === LZF;
    if (first >= STRING_SPECIAL && !isPacked) return { isPacked, headBytes: 0, storedBytes: 0, bytes: 0 };
    if (isPacked) this.#at++;
    const storedBytes = this.length();
    const bytes = isPacked && storedBytes !== SHORT ? this.length() : storedBytes;
    if (bytes === SHORT) return this.#notYet(start);
    const headBytes = this.#at - start;
    this.#at = start;
    return { isPacked, headBytes, storedBytes, bytes };
  }

  /** What is there of the next `count` bytes, at least one. */
  upTo(count: number): Buffer | undefined {
    if (!this.settled() || this.#lacks(1)) return undefined;
    return this.bytes(Math.min(count, this.#chunk.length - this.#at));
  }

  skipString(): boolean {
    if (!this.settled() || this.#lacks(1)) return false;
    const start = this.#at;
    const first = this.#chunk[start]!;
    if (first < STRING_SPECIAL) {
      const bytes = this.length();
      return bytes !== SHORT && this.#owe(bytes);
    }
    if (first === LZF) {
      this.#at = start + 1;
      const packedBytes = this.length();
      if (packedBytes !== SHORT && this.length() !== SHORT) return this.#owe(packedBytes);
      this.#notYet(start);
      return false;
    }
    const size = INT_BYTES[first - STRING_SPECIAL];
    if (size === undefined) throw this.malformed("unknown string encoding");
    return this.#owe(1 + size);
  }

  skip(count: number): boolean {
    return this.settled() && this.#owe(count);
  }

  /** From here on raw bytes are kept, for `endSpan`. `meta` and `type` stand before them in a DUMP payload; `type` is named when there are too many. */
  beginSpan(type: number, meta: readonly Buffer[]): void {
    this.#spanFrom = this.#at;
    this.#spanOffset = this.offset;
    this.#spanType = type;
    this.#spanMeta = meta;
    this.#spanBytes = 0;
  }

  /** How long the span is that `endSpan` gave last. */
  get spanBytes(): number {
    return this.#spanBytes;
  }

  /** The raw bytes since `beginSpan`, in pieces of the chunks that they came in. */
  endSpan(): readonly Buffer[] | MeasuredSpan {
    const bytes = this.#at - this.#spanFrom;
    // Most values lie in one chunk: an array that grows is larger than what it holds.
    if (this.#keepSpans && this.#spanBytes === 0 && bytes > 0 && bytes <= Math.min(this.#heldBytes, this.#maxBytes)) {
      const piece = this.#chunk.subarray(this.#spanFrom, this.#at);
      this.#spanFrom = -1;
      this.#spanBytes = bytes;
      return [piece];
    }
    this.#keepSpan();
    this.#spanFrom = -1;
    const span = this.#spanCrc ? { from: this.#spanOffset, bytes: this.#spanBytes, crc: this.#spanCrc } : this.#span;
    this.#span = [];
    this.#spanCrc = undefined;
    return span;
  }

  /** Compares the CRC-64 of the first `consumed` bytes, all that stand before the trailer, with the trailer. */
  verify(trailer: Buffer, consumed: number): "verified" | "absent" | "unchecked" {
    if (!this.#crc) return "unchecked";
    if (trailer.every((byte) => byte === 0)) return "absent";
    this.#crc.update(this.#chunk.subarray(this.#crcFrom, consumed - this.#base));
    if (!this.#crc.equalsLE(trailer, 0)) throw this.malformed("its checksum differs");
    return "verified";
  }

  malformed(what: string): GatewayError {
    return new GatewayError("RDB_MALFORMED", `an RDB is malformed: ${what}`, { details: { rdbOffset: this.offset } });
  }

  #lacks(count: number): boolean {
    if (this.#chunk.length - this.#at >= count) return false;
    this.#wanted = count;
    return true;
  }

  /** Goes back to where the primitive began and waits for at least one more byte. */
  #notYet(start: number): undefined {
    this.#at = start;
    this.#wanted = this.#chunk.length - start + 1;
    return undefined;
  }

  /** The `size` bytes after a string's header, which began at `start`; SHORT when the header is not whole. */
  #body(start: number, size: number): Buffer | undefined {
    if (size === SHORT) return this.#notYet(start);
    if (size > this.#maxStringBytes) throw this.#tooLarge("string", size, this.#maxStringBytes);
    const from = this.#at;
    if (this.#chunk.length - from < size) {
      this.#at = start;
      this.#wanted = from - start + size;
      return undefined;
    }
    this.#at = from + size;
    return this.#chunk.subarray(from, this.#at);
  }

  #owe(count: number): true {
    const at = this.#at + count;
    if (at <= this.#chunk.length) {
      this.#at = at;
      return true;
    }
    if (this.#keepSpans && count > this.#maxBytes) {
      throw this.#tooLarge(`value of type ${describeType(this.#spanType)}`, count, this.#maxBytes);
    }
    this.#debt = count;
    return true;
  }

  #retire(): void {
    this.#crc?.update(this.#chunk.subarray(this.#crcFrom, this.#at));
    if (this.#spanFrom >= 0) {
      this.#keepSpan();
      this.#spanFrom = 0;
    }
    this.#base += this.#at;
  }

  #keepSpan(): void {
    const bytes = this.#at - this.#spanFrom;
    if (bytes === 0) return;
    this.#spanBytes += bytes;
    if (!this.#keepSpans) return;
    if (this.#spanBytes > this.#maxBytes) {
      throw this.#tooLarge(`value of type ${describeType(this.#spanType)}`, this.#spanBytes, this.#maxBytes);
    }
    const piece = this.#chunk.subarray(this.#spanFrom, this.#at);
    if (this.#spanCrc) {
      this.#spanCrc.update(piece);
    } else {
      this.#span.push(piece);
      if (this.#spanBytes > this.#heldBytes) this.#measureSpan();
    }
  }

  #measureSpan(): void {
    this.#spanCrc = new Crc64();
    for (const piece of [...this.#spanMeta, Buffer.of(this.#spanType), ...this.#span]) this.#spanCrc.update(piece);
    this.#span = [];
  }

  #tooLarge(what: string, bytes: number, limit: number): GatewayError {
    return new GatewayError("RDB_UNSUPPORTED", `a ${what} has ${bytes} bytes or more, and ${limit} is the limit`, {
      details: { rdbOffset: this.offset, bytes, limit },
    });
  }
}
