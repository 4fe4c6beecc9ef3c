/**
 * Durations in logarithmic buckets: quantiles of the last minute and of the last quarter of an hour within 5 % of the true value,
 * and counts since the start, in some 50 KiB. Time is given by the caller and only needs to go forwards.
 */

/** Durations below 10 µs count as 10 µs; ratio 1.05 from there reaches beyond 10 days. */
const SMALLEST_MS = 0.01;
const LOG_RATIO = Math.log(1.05);
const BUCKETS = 512;

/** Upper bounds of the counts since the start, as Prometheus gets them. */
export const HISTOGRAM_BOUNDS_MS: readonly number[] = [
  1, 2.5, 5, 10, 25, 50, 75, 100, 150, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 3_600_000,
];

/** Of one window; 0 when nothing was measured in it. */
export type Percentiles = { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };

/** In milliseconds; the percentiles are of the last minute. */
export type Quantiles = Percentiles & {
  /** The newest one measured, however long ago. */
  readonly last: number;
  readonly over15m: Percentiles;
  readonly sinceStart: {
    readonly count: number;
    readonly sumMs: number;
    /** How many were at most each of HISTOGRAM_BOUNDS_MS, within 5 %. */
    readonly upTo: readonly number[];
  };
};

export class SlidingHistogram {
  readonly #minute = new Window({ slots: 6, slotMs: 10_000 });
  readonly #quarter = new Window({ slots: 15, slotMs: 60_000 });
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sumMs = 0;
  #last: number | undefined;

  add(valueMs: number, nowMs: number): void {
    const value = Math.max(0, valueMs);
    const bucket = bucketOf(value);
    this.#minute.add(bucket, value, nowMs);
    this.#quarter.add(bucket, value, nowMs);
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    this.#count++;
    this.#sumMs += value;
    this.#last = value;
  }

  get last(): number | undefined {
    return this.#last;
  }

  /** Undefined before the first measurement. */
  quantiles(nowMs: number): Quantiles | undefined {
    if (this.#last === undefined) return undefined;
    return {
      last: this.#last,
      ...this.#minute.percentiles(nowMs),
      over15m: this.#quarter.percentiles(nowMs),
      sinceStart: { count: this.#count, sumMs: this.#sumMs, upTo: this.#upTo() },
    };
  }

  #upTo(): readonly number[] {
    let bucket = 0;
    let seen = 0;
    return HISTOGRAM_BOUNDS_MS.map((bound) => {
      for (; bucket < BUCKETS && upperBound(bucket) <= bound; bucket++) seen += this.#counts[bucket]!;
      return seen;
    });
  }
}

type Slot = { readonly counts: Uint32Array; max: number; epoch: number };

/** The last `slots` × `slotMs`; the oldest slot goes whole. */
class Window {
  readonly #slotMs: number;
  readonly #slots: readonly Slot[];

  constructor({ slots, slotMs }: { readonly slots: number; readonly slotMs: number }) {
    this.#slotMs = slotMs;
    this.#slots = Array.from({ length: slots }, () => ({ counts: new Uint32Array(BUCKETS), max: 0, epoch: -1 }));
  }

  add(bucket: number, value: number, nowMs: number): void {
    const epoch = Math.floor(nowMs / this.#slotMs);
    const slot = this.#slots[epoch % this.#slots.length]!;
    if (slot.epoch !== epoch) {
      slot.counts.fill(0);
      slot.max = 0;
      slot.epoch = epoch;
    }
    slot.counts[bucket] = slot.counts[bucket]! + 1;
    slot.max = Math.max(slot.max, value);
  }

  percentiles(nowMs: number): Percentiles {
    const newest = Math.floor(nowMs / this.#slotMs);
    const counts = new Float64Array(BUCKETS);
    let total = 0;
    let max = 0;
    for (const slot of this.#slots) {
      if (slot.epoch <= newest - this.#slots.length || slot.epoch > newest) continue;
      max = Math.max(max, slot.max);
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        counts[bucket] = counts[bucket]! + slot.counts[bucket]!;
        total += slot.counts[bucket]!;
      }
    }
    const at = (share: number) => quantile(counts, total * share, max);
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max };
  }
}

function bucketOf(value: number): number {
  if (value <= SMALLEST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(value / SMALLEST_MS) / LOG_RATIO));
}

function upperBound(bucket: number): number {
  return SMALLEST_MS * Math.exp(bucket * LOG_RATIO);
}

/** Upper bound of the bucket in which the wanted rank lies, never above the largest value seen. */
function quantile(counts: Float64Array, rank: number, max: number): number {
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    seen += counts[bucket]!;
    if (seen >= rank && seen > 0) return Math.min(max, upperBound(bucket));
  }
  return 0;
}
