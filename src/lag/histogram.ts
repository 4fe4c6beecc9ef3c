/**
 * Durations of the last minute in logarithmic buckets: quantiles within 5 % of the true value, in a few kilobytes.
 * Time is given by the caller and only needs to go forwards.
 */

const WINDOW_MS = 60_000;
const SLOTS = 6;
const SLOT_MS = WINDOW_MS / SLOTS;
/** Durations below 10 µs count as 10 µs; ratio 1.05 from there reaches beyond 10 days. */
const SMALLEST_MS = 0.01;
const LOG_RATIO = Math.log(1.05);
const BUCKETS = 512;

export type Quantiles = {
  /** The newest one measured, however long ago. */
  readonly last: number;
  /** Of the last minute; 0 when nothing was measured in it. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
};

type Slot = { readonly counts: Uint32Array; max: number; epoch: number };

export class SlidingHistogram {
  readonly #slots: readonly Slot[] = Array.from({ length: SLOTS }, () => ({ counts: new Uint32Array(BUCKETS), max: 0, epoch: -1 }));
  #last: number | undefined;

  add(valueMs: number, nowMs: number): void {
    const value = Math.max(0, valueMs);
    const epoch = Math.floor(nowMs / SLOT_MS);
    const slot = this.#slots[epoch % SLOTS]!;
    if (slot.epoch !== epoch) {
      slot.counts.fill(0);
      slot.max = 0;
      slot.epoch = epoch;
    }
    const bucket = bucketOf(value);
    slot.counts[bucket] = slot.counts[bucket]! + 1;
    slot.max = Math.max(slot.max, value);
    this.#last = value;
  }

  /** Undefined before the first measurement. */
  quantiles(nowMs: number): Quantiles | undefined {
    if (this.#last === undefined) return undefined;
    const newest = Math.floor(nowMs / SLOT_MS);
    const slots = this.#slots.filter((slot) => slot.epoch > newest - SLOTS && slot.epoch <= newest);
    const counts = new Float64Array(BUCKETS);
    let total = 0;
    let max = 0;
    for (const slot of slots) {
      max = Math.max(max, slot.max);
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        counts[bucket] = counts[bucket]! + slot.counts[bucket]!;
        total += slot.counts[bucket]!;
      }
    }
    return { last: this.#last, p50: quantile(counts, total * 0.5, max), p99: quantile(counts, total * 0.99, max), max };
  }
}

function bucketOf(value: number): number {
  if (value <= SMALLEST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(value / SMALLEST_MS) / LOG_RATIO));
}

/** Upper bound of the bucket in which the wanted rank lies, never above the largest value seen. */
function quantile(counts: Float64Array, rank: number, max: number): number {
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    seen += counts[bucket]!;
    if (seen >= rank && seen > 0) return Math.min(max, SMALLEST_MS * Math.exp(bucket * LOG_RATIO));
  }
  return 0;
}
