/**
 * What snapshots may take of a gateway, whoever asks: so many at a time, and so many bytes per second of all of them together. Records pass
 * by: they ask nobody (`record-sender.ts`).
 */
import type { Clock } from "../../runtime/clock.ts";
import { Notice } from "../../runtime/notice.ts";
import { sleep } from "../../runtime/sleep.ts";

export type SnapshotLimits = {
  readonly concurrent: number;
  /** Undefined: as fast as links and peers are. */
  readonly bytesPerSecond: number | undefined;
};

export type SnapshotTurnsStats = SnapshotLimits & { readonly underWay: number; readonly waiting: number };

export class SnapshotTurns {
  #limits: SnapshotLimits;
  readonly #clock: Clock;
  readonly #wait: typeof sleep;
  readonly #left = new Notice();
  #underWay = 0;
  #waiting = 0;
  /** When the line is free for the next chunk. */
  #freeAtMs = 0;

  constructor(limits: SnapshotLimits, time: { readonly clock: Clock; readonly wait?: typeof sleep }) {
    this.#limits = limits;
    this.#clock = time.clock;
    this.#wait = time.wait ?? sleep;
  }

  get stats(): SnapshotTurnsStats {
    return { ...this.#limits, underWay: this.#underWay, waiting: this.#waiting };
  }

  /** From now on; what is under way goes on. */
  limit(limits: SnapshotLimits): void {
    this.#limits = limits;
    this.#left.wake();
  }

  /** Resolves when it is our turn, with the way to end it; undefined when the signal aborted. */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    this.#waiting++;
    while (this.#underWay >= this.#limits.concurrent && !signal.aborted) await this.#left.wait(signal);
    this.#waiting--;
    if (signal.aborted) return undefined;
    this.#underWay++;
    return () => {
      this.#underWay--;
      this.#left.wake();
    };
  }

  /** Resolves when a chunk of `bytes` may leave, or when the signal aborts. */
  async pace(bytes: number, signal: AbortSignal): Promise<void> {
    const { bytesPerSecond } = this.#limits;
    if (bytesPerSecond === undefined) return;
    const nowMs = this.#clock.nowMs();
    const atMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = atMs + (bytes / bytesPerSecond) * 1000;
    if (atMs > nowMs) await this.#wait(atMs - nowMs, signal);
  }
}
