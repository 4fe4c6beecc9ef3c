/**
 * The CRC-64 of `src/bytes/crc64.ts` in plain JavaScript, eight bytes per step ("slicing by 8") and in two halves of 32 bits: what the
 * WebAssembly there is measured against.
 */

/** The polynomial with its bits reversed, in two halves. */
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;

// Table k, at 256 × k: the effect of one byte that k others follow.
const TABLES = 8;
const LOWS = new Int32Array(256 * TABLES);
const HIGHS = new Int32Array(256 * TABLES);
fillTables();

export class Crc64InJavaScript {
  #low = 0;
  #high = 0;
  /** Of the memory that the last input lay in: making a view costs more than a short input, and inputs come from the same slab. */
  #view: DataView = new DataView(new ArrayBuffer(0));

  update(bytes: Buffer): void {
    if (bytes.buffer !== this.#view.buffer) this.#view = new DataView(bytes.buffer);
    const view = this.#view;
    const lows = LOWS;
    const highs = HIGHS;
    let low = this.#low;
    let high = this.#high;
    let at = bytes.byteOffset;
    const end = at + bytes.length;
    for (const blocksEnd = end - (bytes.length % 8); at < blocksEnd; at += 8) {
      low ^= view.getInt32(at, true);
      high ^= view.getInt32(at + 4, true);
      const i7 = 1792 + (low & 255);
      const i6 = 1536 + ((low >>> 8) & 255);
      const i5 = 1280 + ((low >>> 16) & 255);
      const i4 = 1024 + (low >>> 24);
      const i3 = 768 + (high & 255);
      const i2 = 512 + ((high >>> 8) & 255);
      const i1 = 256 + ((high >>> 16) & 255);
      const i0 = high >>> 24;
      low = lows[i7]! ^ lows[i6]! ^ lows[i5]! ^ lows[i4]! ^ lows[i3]! ^ lows[i2]! ^ lows[i1]! ^ lows[i0]!;
      high = highs[i7]! ^ highs[i6]! ^ highs[i5]! ^ highs[i4]! ^ highs[i3]! ^ highs[i2]! ^ highs[i1]! ^ highs[i0]!;
    }
    for (; at < end; at++) {
      const index = (low ^ view.getUint8(at)) & 255;
      low = ((low >>> 8) | (high << 24)) ^ lows[index]!;
      high = (high >>> 8) ^ highs[index]!;
    }
    this.#low = low;
    this.#high = high;
  }

  digest(): bigint {
    return (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
  }
}

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
    LOWS[byte] = low;
    HIGHS[byte] = high;
  }
  for (let at = 256; at < LOWS.length; at++) {
    const low = LOWS[at - 256]!;
    const high = HIGHS[at - 256]!;
    LOWS[at] = ((low >>> 8) | (high << 24)) ^ LOWS[low & 255]!;
    HIGHS[at] = (high >>> 8) ^ HIGHS[low & 255]!;
  }
}
