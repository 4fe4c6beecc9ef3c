/** Delays between attempts: doubling, capped, with full jitter in the upper half so that peers do not return in step. */

export type BackoffOptions = {
  readonly baseMs: number;
  readonly maxMs: number;
  /** 0 … 1, injected by tests. */
  readonly random?: () => number;
};

export class Backoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#baseMs = options.baseMs;
    this.#maxMs = options.maxMs;
    this.#random = options.random ?? Math.random;
  }

  get attempts(): number {
    return this.#attempts;
  }

  nextDelayMs(): number {
    const ceiling = Math.min(this.#maxMs, this.#baseMs * 2 ** Math.min(this.#attempts, 30));
    this.#attempts++;
    return ceiling / 2 + (ceiling / 2) * this.#random();
  }

  reset(): void {
    this.#attempts = 0;
  }
}
