/** Counts who was turned away and why; the log gets the first of each reason, then one line for many. */
import type { Logger } from "pino";
import type { Clock } from "../../runtime/clock.ts";
import { REFUSALS } from "../../wire/frames.ts";

/** Beside what is said to the peer: who was let go without a word. */
export const REFUSAL_REASONS = [...REFUSALS, "crowded", "failover", "http", "late", "tls"] as const;
type RefusalReason = (typeof REFUSAL_REASONS)[number];

const FOLD_MS = 10_000;

export class Refusals {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #counts = new Map<string, number>();
  readonly #logged = new Map<string, { readonly atMs: number; readonly count: number }>();

  constructor(options: { readonly log: Logger; readonly clock: Clock }) {
    this.#log = options.log;
    this.#clock = options.clock;
  }

  add(reason: RefusalReason, message: string): void {
    const count = (this.#counts.get(reason) ?? 0) + 1;
    this.#counts.set(reason, count);
    const last = this.#logged.get(reason);
    const atMs = this.#clock.nowMs();
    if (last && atMs - last.atMs < FOLD_MS) return;
    this.#logged.set(reason, { atMs, count });
    this.#log.warn({ event: "link.refused", reason, count: count - (last?.count ?? 0) }, message);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
