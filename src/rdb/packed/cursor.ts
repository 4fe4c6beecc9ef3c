/** Reads the numbers and strings of a packed blob in order; whatever would reach beyond its end is RDB_MALFORMED. */
import { GatewayError } from "../../errors.ts";

export class PackedCursor {
  readonly #blob: Buffer;
  #at = 0;

  constructor(blob: Buffer) {
    this.#blob = blob;
  }

  /** Bytes read. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#blob.length;
  }

  byte(): number {
    return this.#blob[this.#take(1)]!;
  }

  uint16(): number {
    return this.#blob.readUInt16LE(this.#take(2));
  }

  uint32(): number {
    return this.#blob.readUInt32LE(this.#take(4));
  }

  uint32BE(): number {
    return this.#blob.readUInt32BE(this.#take(4));
  }

  /** A little-endian signed integer as decimal text: to commands, packed integers are strings like any other. */
  integer(bytes: 1 | 2 | 3 | 4 | 8): Buffer {
    const at = this.#take(bytes);
    return Buffer.from(`${bytes === 8 ? this.#blob.readBigInt64LE(at) : this.#blob.readIntLE(at, bytes)}`);
  }

  /** A view of the blob. */
  bytes(count: number): Buffer {
    const at = this.#take(count);
    return this.#blob.subarray(at, at + count);
  }

  /** Both the blob's end mark and the end of its bytes must have been reached. */
  finish(): void {
    if (!this.isAtEnd) throw packedMalformed("bytes after its end");
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#blob.length - at) throw packedMalformed("it breaks off");
    this.#at = at + count;
    return at;
  }
}

export function packedMalformed(what: string): GatewayError {
  return new GatewayError("RDB_MALFORMED", `a packed value of an RDB is malformed: ${what}`);
}
