/**
 * Which writes are done at once, on the thread that reads and sends. The page cache takes a small write in less time than it takes
 * to ask another thread (measured: 10–25 µs against 42–66 µs of CPU), but a disk that is busy may hold the caller, and everything
 * else would stand still. So a write that was held, or a sync under way, sends the next ones to the threads.
 */
import type { Clock } from "../runtime/clock.ts";

const PROMPT_BYTES = 256 * 1024;
const HELD_MS = 20;
const AVOID_MS = 5_000;

export class PromptWrites {
  readonly #clock: Clock;
  #syncs = 0;
  #avoidUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  allows(bytes: number): boolean {
    return bytes <= PROMPT_BYTES && this.#syncs === 0 && this.#clock.nowMs() >= this.#avoidUntilMs;
  }

  measure(write: () => void): void {
    const startedAt = this.#clock.nowMs();
    try {
      write();
    } finally {
      const endedAt = this.#clock.nowMs();
      if (endedAt - startedAt > HELD_MS) this.#avoidUntilMs = endedAt + AVOID_MS;
    }
  }

  /** While a file is synced a write to it may have to wait for the disk. */
  async during(sync: Promise<void>): Promise<void> {
    this.#syncs++;
    try {
      await sync;
    } finally {
      this.#syncs--;
    }
  }
}
