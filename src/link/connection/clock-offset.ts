/**
 * How far the peer's clock is from ours, from timed pings as NTP does it (RFC 5905 §8). Of the last samples the one with the
 * shortest round trip is believed: queues only ever add delay, and the error of an estimate is at most half its round trip.
 */

/** At one ping a second: long enough to meet an idle moment, short enough that clock drift (50 ppm) stays below 1 ms. */
const SAMPLES = 16;

export type PingTimes = {
  /** Our clock. */
  readonly pingSentAtMs: number;
  /** The peer's clock. */
  readonly pingReceivedAtMs: number;
  readonly pongSentAtMs: number;
  /** Our clock. */
  readonly pongReceivedAtMs: number;
};

export type ClockEstimate = {
  /** The peer's clock minus ours. */
  readonly offsetMs: number;
  readonly errorMs: number;
  /** Round trip of the newest sample, without the time that the peer held the ping. */
  readonly rttMs: number;
};

type Sample = { readonly offsetMs: number; readonly rttMs: number };

export class ClockOffset {
  readonly #samples: Sample[] = [];

  add(times: PingTimes): void {
    const heldMs = Math.max(0, times.pongSentAtMs - times.pingReceivedAtMs);
    const rttMs = Math.max(0, times.pongReceivedAtMs - times.pingSentAtMs - heldMs);
    const offsetMs = (times.pingReceivedAtMs - times.pingSentAtMs + (times.pongSentAtMs - times.pongReceivedAtMs)) / 2;
    this.#samples.push({ offsetMs, rttMs });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  get estimate(): ClockEstimate | undefined {
    const newest = this.#samples.at(-1);
    if (newest === undefined) return undefined;
    const best = this.#samples.reduce((least, sample) => (sample.rttMs < least.rttMs ? sample : least));
    return { offsetMs: best.offsetMs, errorMs: best.rttMs / 2, rttMs: newest.rttMs };
  }
}
