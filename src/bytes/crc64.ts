/**
 * CRC-64 "Jones" as RDB files and DUMP payloads carry it: reflected, polynomial 0xad93d23594c935a9, initial value 0, no
 * final xor. Check value of "123456789": 0xe9c6d914c4b8d9ca. Eight bytes per step ("slicing by 8"); JavaScript has no fast
 * 64-bit integer, so the state is two 32-bit halves and no bigint is made in the loop.
 */

/** The polynomial with its bits reversed, in two halves. */
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;

export const CRC64_BYTES = 8;

// T0 … T7: the effect of one byte that is followed by 0 … 7 others. Named constants, because the loop reads all sixteen.
const [L0, H0] = firstTable();
const [L1, H1] = nextTable(L0, H0);
const [L2, H2] = nextTable(L1, H1);
const [L3, H3] = nextTable(L2, H2);
const [L4, H4] = nextTable(L3, H3);
const [L5, H5] = nextTable(L4, H4);
const [L6, H6] = nextTable(L5, H5);
const [L7, H7] = nextTable(L6, H6);

export class Crc64 {
  #low = 0;
  #high = 0;

  update(bytes: Buffer): void {
    let low = this.#low;
    let high = this.#high;
    const end = bytes.length;
    const blocksEnd = end - (end % 8);
    let at = 0;
    for (; at < blocksEnd; at += 8) {
      low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      high ^= bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
      const b0 = low & 255;
      const b1 = (low >>> 8) & 255;
      const b2 = (low >>> 16) & 255;
      const b3 = low >>> 24;
      const b4 = high & 255;
      const b5 = (high >>> 8) & 255;
      const b6 = (high >>> 16) & 255;
      const b7 = high >>> 24;
      low = L7[b0]! ^ L6[b1]! ^ L5[b2]! ^ L4[b3]! ^ L3[b4]! ^ L2[b5]! ^ L1[b6]! ^ L0[b7]!;
      high = H7[b0]! ^ H6[b1]! ^ H5[b2]! ^ H4[b3]! ^ H3[b4]! ^ H2[b5]! ^ H1[b6]! ^ H0[b7]!;
    }
    for (; at < end; at++) {
      const index = (low ^ bytes[at]!) & 255;
      low = ((low >>> 8) | (high << 24)) ^ L0[index]!;
      high = (high >>> 8) ^ H0[index]!;
    }
    this.#low = low;
    this.#high = high;
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

function firstTable(): readonly [Int32Array, Int32Array] {
  const lows = new Int32Array(256);
  const highs = new Int32Array(256);
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
    lows[byte] = low;
    highs[byte] = high;
  }
  return [lows, highs];
}

/** The table for bytes that stand one place further from the end. */
function nextTable(previousLows: Int32Array, previousHighs: Int32Array): readonly [Int32Array, Int32Array] {
  const lows = new Int32Array(256);
  const highs = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const low = previousLows[byte]!;
    const high = previousHighs[byte]!;
    lows[byte] = ((low >>> 8) | (high << 24)) ^ L0[low & 255]!;
    highs[byte] = (high >>> 8) ^ H0[low & 255]!;
  }
  return [lows, highs];
}
