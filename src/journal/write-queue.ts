/**
 * Group commit: one write is in flight, and the next takes everything that came meanwhile. A write that the disk
 * refuses stays in the queue, in order, and is tried again; nothing is dropped.
 */

import { Notice } from "../runtime/notice.ts";
import { sleep } from "../runtime/sleep.ts";
import type { JournalContext } from "./context.ts";

export type WriteQueueOptions<T> = {
  readonly context: JournalContext;
  readonly bytesOf: (item: T) => number;
  /** Stores some items from the front, at least one, and answers how many; after a rejection none counts as stored. */
  readonly write: (items: readonly T[]) => Promise<number>;
  readonly onWritten: (items: readonly T[]) => void;
};

export class WriteQueue<T> {
  readonly #options: WriteQueueOptions<T>;
  readonly #pending: T[] = [];
  readonly #changed = new Notice();
  readonly #stop = new AbortController();
  #pendingBytes = 0;
  #working = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: WriteQueueOptions<T>) {
    this.#options = options;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get hasRoom(): boolean {
    return this.#pendingBytes < this.#options.context.maxPendingBytes;
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  push(item: T): void {
    this.#pending.push(item);
    this.#pendingBytes += this.#options.bytesOf(item);
    if (this.#working) return;
    this.#working = true;
    // Behind whoever carries on from memory: they need not wait for the disk, and it takes all that comes in this turn at once.
    setImmediate(() => void this.#work());
  }

  /** Takes back the newest items for which `unwanted` holds. Only inside `exclusive`. */
  dropNewest(unwanted: (item: T) => boolean): void {
    for (let newest = this.#pending.at(-1); newest !== undefined && unwanted(newest); newest = this.#pending.at(-1)) {
      this.#pending.pop();
      this.#pendingBytes -= this.#options.bytesOf(newest);
    }
    this.#changed.wake();
  }

  /** Resolves at the next advance, or when the signal aborts. */
  changed(signal?: AbortSignal): Promise<void> {
    return this.#changed.wait(signal);
  }

  /** Resolves once nothing is pending, or the queue was stopped. */
  async drained(): Promise<void> {
    while (this.#pending.length > 0 && !this.stopped) await this.#changed.wait();
  }

  /** Runs `task` while no write is in flight. */
  exclusive<R>(task: () => Promise<R>): Promise<R> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Stores what the disk takes and stops; with `flush: false` only the write in flight ends. */
  async stop(options: { readonly flush: boolean }): Promise<void> {
    while (options.flush && this.#pending.length > 0 && !this.stopped) {
      if (!(await this.exclusive(() => this.#attempt()))) break;
    }
    this.#stop.abort();
    this.#options.context.health.forget(this);
    this.#changed.wake();
    await this.exclusive(async () => undefined);
  }

  async #work(): Promise<void> {
    while (this.#pending.length > 0 && !this.stopped) {
      const stored = await this.exclusive(() => this.#attempt());
      if (!stored) await sleep(this.#options.context.retryMs, this.#stop.signal);
    }
    this.#working = false;
  }

  async #attempt(): Promise<boolean> {
    if (this.#pending.length === 0 || this.stopped) return true;
    const { context } = this.#options;
    try {
      const stored = this.#pending.splice(0, await this.#options.write(this.#pending));
      for (const item of stored) this.#pendingBytes -= this.#options.bytesOf(item);
      context.health.worked(this);
      this.#options.onWritten(stored);
      this.#changed.wake();
      return true;
    } catch (error) {
      if (!this.stopped) context.health.failed(this, error);
      return false;
    }
  }
}
