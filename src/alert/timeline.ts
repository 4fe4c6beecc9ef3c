/** What happened, newest last, bounded; each entry has a number that only grows, so that a reader who was away asks for what he missed. */
import type { Severity } from "./rules.ts";

export type TimelineEvent = {
  /** Grows by one; across restarts it goes on from the time of the start, so that an old number is never a new event. */
  readonly id: number;
  readonly atMs: number;
  readonly region: string;
  /** A kind of change (`link-down`), or `alert-firing`, `alert-resolved`, `configuration-reloaded`. */
  readonly kind: string;
  readonly severity?: Severity;
  readonly stream?: string;
  readonly peer?: string;
  readonly service?: string;
  readonly text: string;
};

const MAX_EVENTS = 1_000;

export class Timeline {
  readonly #region: string;
  readonly #events: TimelineEvent[] = [];
  readonly #listeners = new Set<(event: TimelineEvent) => void>();
  #nextId: number;

  constructor(options: { readonly region: string; readonly startedAtMs: number }) {
    this.#region = options.region;
    this.#nextId = Math.floor(options.startedAtMs);
  }

  add(event: Omit<TimelineEvent, "id" | "region">): void {
    const entry = { id: this.#nextId++, region: this.#region, ...event };
    this.#events.push(entry);
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
    for (const listener of [...this.#listeners]) listener(entry);
  }

  /** Those after `id`; all that are kept without one. */
  after(id = 0): readonly TimelineEvent[] {
    return this.#events.filter((event) => event.id > id);
  }

  /** Called with each new event. Returns the way to stop it. */
  onEvent(listener: (event: TimelineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
