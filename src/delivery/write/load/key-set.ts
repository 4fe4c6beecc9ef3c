/**
 * Remembers which (database, key) pairs a snapshot holds, as 64-bit keyed hashes in an open-addressing table: 11 bytes per key where the
 * snapshot said how many there are, up to 22 where the table had to grow. Two keys that collide (one chance in 2^64 per pair) would leave one
 * stale key in place.
 * Bounded: a table that is full halves itself to one slice of the hash space; the other slices are filled from the snapshot afterwards.
 */
const INITIAL_SLOTS = 1 << 12;
/** 64 MiB: 6 million keys in one slice. */
const MAX_SLOTS = 1 << 23;
const FULL = 0.8;
const HASHES = 2 ** 32;
/** 4 thousand million keys are more than any hint that is true. */
const MAX_RESERVED_SLICES = 1 << 10;

export type KeySetOptions = {
  /** 8 random bytes: nobody can prepare keys that collide. */
  readonly seed: Buffer;
  /** 8 bytes each. */
  readonly maxSlots?: number;
};

export class KeySet {
  readonly #seedLow: number;
  readonly #seedHigh: number;
  readonly #maxSlots: number;
  #lows = new Uint32Array(INITIAL_SLOTS);
  #highs = new Uint32Array(INITIAL_SLOTS);
  #size = 0;
  #sliceMask = 0;
  #slice = 0;
  #low = 0;
  #high = 0;

  constructor(options: KeySetOptions) {
    this.#seedLow = options.seed.readUInt32LE(0);
    this.#seedHigh = options.seed.readUInt32LE(4);
    this.#maxSlots = options.maxSlots ?? MAX_SLOTS;
  }

  /** Keys of this slice. */
  get size(): number {
    return this.#size;
  }

  /** Of memory. */
  get bytes(): number {
    return this.#lows.byteLength + this.#highs.byteLength;
  }

  get slices(): number {
    return this.#sliceMask + 1;
  }

  /**
   * Makes room for that many keys, or for the first slice of them, while there are none: growing would hold the older table, too. No more than
   * a hint, which may be wrong.
   */
  reserve(keys: number): void {
    if (this.#size > 0) return;
    // Slices differ a little in size.
    const full = FULL * 0.95;
    while (keys / this.slices > this.#maxSlots * full && this.slices < MAX_RESERVED_SLICES) this.#sliceMask = this.#sliceMask * 2 + 1;
    this.#make(Math.min(Math.max(this.#lows.length, Math.ceil(keys / this.slices / full)), this.#maxSlots));
  }

  add(db: number, key: Buffer): void {
    this.#hash(db, key);
    if ((this.#high & this.#sliceMask) !== this.#slice) return;
    this.#insert(this.#low, this.#high);
    if (this.#size > this.#lows.length * FULL) this.#grow();
  }

  /** True when the key belongs to this slice and was not added: the snapshot lacks it. */
  lacks(db: number, key: Buffer): boolean {
    this.#hash(db, key);
    if ((this.#high & this.#sliceMask) !== this.#slice) return false;
    return this.#lows[this.#find(this.#low, this.#high)] === 0;
  }

  /** Empties the table for the next slice; false when there is none: then every key had its turn. */
  nextSlice(): boolean {
    if (this.#slice === this.#sliceMask) return false;
    this.#slice++;
    this.#lows.fill(0);
    this.#highs.fill(0);
    this.#size = 0;
    return true;
  }

  #insert(low: number, high: number): void {
    const slot = this.#find(low, high);
    if (this.#lows[slot] !== 0) return;
    this.#lows[slot] = low;
    this.#highs[slot] = high;
    this.#size++;
  }

  /** The slot that holds the hash, or the empty one where it would be. */
  #find(low: number, high: number): number {
    const lows = this.#lows;
    const highs = this.#highs;
    const slots = lows.length;
    let slot = Math.floor((low * slots) / HASHES);
    while (lows[slot] !== 0 && (lows[slot] !== low || highs[slot] !== high)) slot = slot + 1 === slots ? 0 : slot + 1;
    return slot;
  }

  #make(slots: number): void {
    this.#lows = new Uint32Array(slots);
    this.#highs = new Uint32Array(slots);
    this.#size = 0;
  }

  #grow(): void {
    const lows = this.#lows;
    const highs = this.#highs;
    // Keys of the upper half, whatever the slice, get their turn later: slices are visited in ascending order.
    if (lows.length >= this.#maxSlots) this.#sliceMask = this.#sliceMask * 2 + 1;
    this.#make(Math.min(2 * lows.length, this.#maxSlots));
    for (let slot = 0; slot < lows.length; slot++) {
      const high = highs[slot]!;
      if (lows[slot] !== 0 && (high & this.#sliceMask) === this.#slice) this.#insert(lows[slot]!, high);
    }
  }

  /** Two multiplicative lanes, mixed at the end; never low = 0, which marks an empty slot. */
  #hash(db: number, key: Buffer): void {
    let low = this.#seedLow ^ Math.imul(db, 0x9e3779b1);
    let high = this.#seedHigh ^ key.length;
    for (let at = 0; at < key.length; at++) {
      const byte = key[at]!;
      low = Math.imul(((low << 5) | (low >>> 27)) ^ byte, 0x85ebca6b);
      high = Math.imul(((high << 7) | (high >>> 25)) ^ byte, 0xc2b2ae35);
    }
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
    low ^= low >>> 16;
    high ^= high >>> 16;
    this.#low = low >>> 0 || 1;
    this.#high = high >>> 0;
  }
}
