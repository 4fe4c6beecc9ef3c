/**
 * Who decides what expires: the source, by the target's import mode or by the guard (`expiry.ts`). What is in the target already has the guard
 * that its checkpoint tells, which therefore stays until a snapshot is loaded anew: two at a time could not be told apart.
 */
import type { Logger } from "pino";
import type { Clock } from "../../runtime/clock.ts";
import type { DeliveryStats } from "./delivery-stats.ts";
import type { Start } from "./start.ts";
import type { Checkpoint } from "./target/checkpoint.ts";
import type { Target } from "./target/target.ts";

type ExpiryOptions = {
  readonly target: Target;
  /** Of what stays in the target; undefined: nothing does. */
  readonly holds: Checkpoint | undefined;
  /** The guard that is configured, ms. */
  readonly guardMs: number;
  readonly stats: DeliveryStats;
  readonly log: Logger;
};

/** Returns the guard in force, ms. */
export async function takeExpiry({ target, holds, guardMs: wanted, stats, log }: ExpiryOptions): Promise<number> {
  const refusal = holds === undefined || holds.guardMs === 0 ? await target.startImport() : undefined;
  const guardMs = holds?.guardMs ?? (target.importing ? 0 : wanted);
  stats.expiry = { by: target.importing ? "import" : guardMs > 0 ? "guard" : "target", guardMs, refusal };
  if (refusal !== undefined) {
    log.warn(
      { event: "delivery.import-mode-refused", refusal, guardMs },
      "the target's import mode cannot be used: expiry is only guarded",
    );
  }
  if (!target.importing && guardMs !== wanted) {
    log.warn({ event: "delivery.guard-kept", guardMs, wanted }, "another expiry guard takes effect with the next snapshot");
  }
  return guardMs;
}

type ImportOptions = { readonly target: Target; readonly start: Start; readonly clock: Clock };

/** Milliseconds since 1970; undefined: nothing can have expired by the target's clock. What is loaded now has not seen the target's last start. */
export function importingSince({ target, start, clock }: ImportOptions): number | undefined {
  if (!target.importing || target.keepsOverRestarts || start.kind === "load") return undefined;
  return clock.nowMs() - target.facts.uptimeMs;
}
