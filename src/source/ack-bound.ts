/**
 * Whether another region lacks something that is older than a bound. A master counts a replica as good by the time of its last
 * acknowledgement, whatever that said (redis src/replication.c, refreshGoodSlavesCount): while this holds, it must not get any, so that its
 * min-replicas-to-write refuses writes. Pure.
 */
import type { Offset } from "../stream/position.ts";

export class AckBound {
  readonly #bound: { readonly lagMs: number };
  /** Ends of the stream, oldest first: at most as many as there are observations within the bound, and one. */
  readonly #ends: { readonly offset: Offset; readonly atMs: number }[];

  /** The bound may change meanwhile. What lies before `begun` is as old as can be. */
  constructor(bound: { readonly lagMs: number }, begun: Offset) {
    this.#bound = bound;
    this.#ends = [{ offset: begun, atMs: Number.NEGATIVE_INFINITY }];
  }

  /** The stream ends at `end` now. Call it at each heartbeat: its interval is how exact the bound is. */
  observe(end: Offset, nowMs: number): void {
    this.#ends.push({ offset: end, atMs: nowMs });
    while (this.#ends[1] !== undefined && nowMs - this.#ends[1].atMs >= this.#bound.lagMs) this.#ends.shift();
  }

  /** `there`: what the other region has. */
  isExceeded(there: Offset, nowMs: number): boolean {
    const oldest = this.#ends[0];
    return oldest !== undefined && nowMs - oldest.atMs >= this.#bound.lagMs && oldest.offset > there;
  }
}
