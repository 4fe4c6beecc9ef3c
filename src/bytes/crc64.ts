/**
 * CRC-64 "Jones" as RDB files and DUMP payloads carry it: reflected, polynomial 0xad93d23594c935a9, initial value 0, no
 * final xor. Check value of "123456789": 0xe9c6d914c4b8d9ca. Sixteen bytes per step ("slicing by 16"), in WebAssembly (`crc64-wasm.ts`),
 * because JavaScript has no fast 64-bit integer: in two halves of 32 bits it takes about twice as long (`npm run bench:rdb`).
 */
import { INPUT_AT, INPUT_BYTES, instantiateCrc64, STATE_AT, TABLES } from "./crc64-wasm.ts";

/** The polynomial with its bits reversed, in two halves. */
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;

/** One for all: between two calls each object keeps its own state. */
const { memory, run } = instantiateCrc64();
const input = new Uint8Array(memory.buffer, INPUT_AT, INPUT_BYTES);
const words = new Int32Array(memory.buffer);
const LOW = STATE_AT / 4;
const HIGH = LOW + 1;
fillTables();

export class Crc64 {
  #low = 0;
  #high = 0;

  update(bytes: Buffer): void {
    words[LOW] = this.#low;
    words[HIGH] = this.#high;
    if (bytes.length <= INPUT_BYTES) {
      input.set(bytes);
      run(INPUT_AT, INPUT_AT + bytes.length);
    } else {
      for (let at = 0; at < bytes.length; at += INPUT_BYTES) {
        const piece = bytes.subarray(at, at + INPUT_BYTES);
        input.set(piece);
        run(INPUT_AT, INPUT_AT + piece.length);
      }
    }
    this.#low = words[LOW]!;
    this.#high = words[HIGH]!;
  }

  digest(): bigint {
    return (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
  }

  /** Writes the digest as 8 bytes, least significant first: the order of RDB trailers and DUMP footers. */
  writeLE(target: Buffer, at: number): void {
    target.writeInt32LE(this.#low, at);
    target.writeInt32LE(this.#high, at + 4);
  }

  /** Is the digest equal to the 8 bytes at `at`, least significant first? */
  equalsLE(source: Buffer, at: number): boolean {
    return source.readInt32LE(at) === this.#low && source.readInt32LE(at + 4) === this.#high;
  }

  reset(): void {
    this.#low = 0;
    this.#high = 0;
  }
}

export function crc64(bytes: Buffer): bigint {
  const crc = new Crc64();
  crc.update(bytes);
  return crc.digest();
}

/** Table k has the effect of one byte that k others follow; entries are 64 bits, the lower half first. */
function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry) {
        low ^= POLYNOMIAL_LOW;
        high ^= POLYNOMIAL_HIGH;
      }
    }
    words[2 * byte] = low;
    words[2 * byte + 1] = high;
  }
  for (let entry = 256; entry < 256 * TABLES; entry++) {
    const low = words[2 * (entry - 256)]!;
    const high = words[2 * (entry - 256) + 1]!;
    const next = 2 * (low & 255);
    words[2 * entry] = ((low >>> 8) | (high << 24)) ^ words[next]!;
    words[2 * entry + 1] = (high >>> 8) ^ words[next + 1]!;
  }
}
