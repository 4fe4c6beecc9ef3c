/**
 * Who decides that a key has expired. At the source its own clock does, and it says so by DEL; the target is a master too and would also
 * expire by its own. A key that dies there first, because the stream is late or the clocks differ, is begun anew by the next INCR or HSET, without
 * its TTL, and stays wrong. So expiries reach the target later by a guard interval, every one by the same, which leaves every comparison of
 * expiries (NX, XX, GT, LT) as it is; the source's own DEL removes a key in time. Where the target has an import mode (Valkey ≥ 8.1) it leaves
 * expiry to us by itself, and no guard is needed. `promotion.ts` restores the true expiries. Pure.
 */

/**
 * Added to an expiry while a promotion is under way; larger than any time (the year 144683), and exact in a script's numbers together
 * with one. An expiry from here on is no time: it passes without a guard, and one below 2 × MARK_MS counts as marked.
 */
export const MARK_MS = 2 ** 52;
/** Of hash fields, whose expiries have 46 bits in Redis: the year 3084. */
export const FIELD_MARK_MS = 2 ** 45;

/** Milliseconds since 1970, as the target gets it. Times before 1970 and beyond what a mark can tell are left as they are. */
export function guarded(atMs: bigint, guardMs: number, markMs = MARK_MS): bigint {
  return atMs > 0n && atMs < BigInt(markMs - guardMs) ? atMs + BigInt(guardMs) : atMs;
}
