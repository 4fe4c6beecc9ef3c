/**
 * What one subscription's link can carry, from the credit that comes back: how long a byte waits beside the way itself, and how many go
 * through while bytes wait. The socket's own buffer would not tell: the kernel's stands before it, and the line's behind. Pure.
 */

/** How exactly the way of a byte is timed. */
const MARK_INTERVAL_MS = 5;
const MAX_MARKS = 512;
/** Rates are counted over at least this long. A queue that has not stood all this time was a pause of some process, not of the line. */
const INTERVAL_MS = 500;
/** A measured bandwidth is believed for so long after bytes have last waited. */
const BELIEVED_MS = 60_000;
/** Acknowledgements come at most every 10 ms, and a busy receiver takes some more. */
export const QUEUE_MS = 30;
/** How much the newest interval counts. */
const WEIGHT = 0.4;

type Mark = { readonly totalBytes: number; readonly atMs: number };

export type LinkView = {
  /** What a byte that is sent now waits beside the way itself, as last seen. */
  readonly queueMs: number;
  /** Bytes per millisecond; undefined while nothing waits, and since a while did not. */
  readonly bandwidth: number | undefined;
  /** Bytes of records per millisecond that were to be sent, as they lie in the journal. */
  readonly offered: number;
};

export class LinkMeter {
  readonly #marks: Mark[] = [];
  #sentBytes = 0;
  #wayMs = Number.POSITIVE_INFINITY;
  #queueMs = 0;
  /** In the interval that is being counted. */
  #leastQueueMs = Number.POSITIVE_INFINITY;
  #bandwidth: number | undefined;
  #waitedAtMs = Number.NEGATIVE_INFINITY;
  #offered = 0;
  /** The interval that is being counted. */
  #since: { readonly atMs: number; readonly consumedBytes: number } | undefined;
  #offeredBytes = 0;

  /** `wireBytes` went to the socket for records of `recordBytes`. */
  sent(wireBytes: number, recordBytes: number, nowMs: number): void {
    this.#sentBytes += wireBytes;
    this.#offeredBytes += recordBytes;
    const last = this.#marks.at(-1);
    if (this.#marks.length < MAX_MARKS && (last === undefined || nowMs - last.atMs >= MARK_INTERVAL_MS)) {
      this.#marks.push({ totalBytes: this.#sentBytes, atMs: nowMs });
    }
  }

  /** The peer has taken `totalBytes` since the subscription began. */
  consumed(totalBytes: number, nowMs: number): void {
    let passed = 0;
    while (passed < this.#marks.length && (this.#marks[passed] as Mark).totalBytes <= totalBytes) passed++;
    const mark = this.#marks[passed - 1];
    if (mark) {
      const tookMs = nowMs - mark.atMs;
      this.#wayMs = Math.min(this.#wayMs, tookMs);
      this.#queueMs = tookMs - this.#wayMs;
      this.#leastQueueMs = Math.min(this.#leastQueueMs, this.#queueMs);
      this.#marks.splice(0, passed);
    }
    this.#count(totalBytes, nowMs);
  }

  view(nowMs: number): LinkView {
    const oldest = this.#marks[0];
    // What has not come back yet has waited that long already.
    const waitingMs = oldest && Number.isFinite(this.#wayMs) ? nowMs - oldest.atMs - this.#wayMs : 0;
    return {
      queueMs: this.#marks.length === 0 ? 0 : Math.max(this.#queueMs, waitingMs),
      bandwidth: nowMs - this.#waitedAtMs < BELIEVED_MS ? this.#bandwidth : undefined,
      offered: this.#offered,
    };
  }

  #count(consumedBytes: number, nowMs: number): void {
    const since = this.#since;
    const elapsedMs = since === undefined ? 0 : nowMs - since.atMs;
    if (since !== undefined && elapsedMs < INTERVAL_MS) return;
    if (since !== undefined) {
      const rate = (consumedBytes - since.consumedBytes) / elapsedMs;
      this.#offered = mixed(this.#offered, this.#offeredBytes / elapsedMs);
      const stood = Number.isFinite(this.#leastQueueMs) ? this.#leastQueueMs : this.#queueMs;
      if (stood >= QUEUE_MS && rate > 0) {
        this.#bandwidth = this.#bandwidth === undefined ? rate : mixed(this.#bandwidth, rate);
        this.#waitedAtMs = nowMs;
      }
    }
    this.#since = { atMs: nowMs, consumedBytes };
    this.#offeredBytes = 0;
    this.#leastQueueMs = Number.POSITIVE_INFINITY;
  }
}

function mixed(before: number, now: number): number {
  return before + WEIGHT * (now - before);
}
