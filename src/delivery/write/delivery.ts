/**
 * Delivery of one stream into one writable server: opens the target, loads the snapshot when there is no position to go on from, then
 * applies records. A new history or a gap in the journal begins another attempt inside one `run`, everything else ends it.
 * What is applied is what the target's checkpoint says, read anew with each connection (APPLIED_ONCE).
 */
import { randomBytes } from "node:crypto";
import { wrapError } from "../../errors.ts";
import type { Service } from "../../runtime/supervisor.ts";
import { AppliedPosition } from "./applied-position.ts";
import { attempt } from "./attempt.ts";
import type { DeliveryContext } from "./delivery-context.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import { Divergences } from "./divergences.ts";
import { checkpointKey } from "./target/checkpoint.ts";
import { errorWord } from "./target/replies.ts";

export class Delivery implements Service {
  readonly #context: DeliveryContext;

  constructor(options: DeliveryOptions) {
    this.#context = {
      ...options,
      checkpointKey: checkpointKey(options.stream),
      token: randomBytes(8).toString("hex"),
      divergences: new Divergences(options),
      applied: new AppliedPosition(options),
      modules: new Map(),
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { journal, stats, clock, orders } = this.#context;
    try {
      while (!signal.aborted) {
        stats.phase = "waiting";
        // A first snapshot is loaded while it arrives. Its position becomes the target's when it is whole (SNAPSHOT_BEFORE_POSITION).
        const history = journal.current ?? journal.arriving;
        if (history || orders.promotes) await attempt({ context: this.#context, history }, signal);
        else await journal.changed(signal);
      }
    } catch (cause) {
      const error = wrapError("INVARIANT", "delivery failed", cause);
      stats.lastError = { message: error.message, atMs: clock.nowMs() };
      if (error.code === "TARGET_BUSY") stats.count(stats.conditions, errorWord(String(error.details["error"] ?? "waiting")));
      throw error;
    } finally {
      stats.phase = "stopped";
      stats.inFlightBytes = 0;
    }
  }
}
