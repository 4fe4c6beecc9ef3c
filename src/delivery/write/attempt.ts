/**
 * One connection to the target. Its checkpoint and the journal decide what comes of it: a wait, the end of the stream in a promotion, or
 * commands for the target until told to stop.
 */
import { wrapError } from "../../errors.ts";
import { atMost } from "../../runtime/at-most.ts";
import { sleep } from "../../runtime/sleep.ts";
import type { HistoryLog } from "../../stream/log.ts";
import { applyHistory } from "./applying.ts";
import type { DeliveryContext } from "./delivery-context.ts";
import { decideEnd, endStream, isEnding } from "./ending.ts";
import { takeExpiry } from "./expiry-mode.ts";
import { decideStart, type Start } from "./start.ts";
import { Target } from "./target/target.ts";
import { admit, canEvictCheckpoint } from "./target/target-facts.ts";

/** Before the next attempt after a gap or a change of history, so that a journal in trouble is not asked in a tight loop. */
const RETRY_MS = 100;
/** Between two looks at a journal that cannot be delivered yet and does not say that it has changed. */
const WAIT_MS = 1_000;

export type AttemptOptions = {
  readonly context: DeliveryContext;
  /** Undefined: the journal holds nothing, and there is a promotion to be seen to. */
  readonly history: HistoryLog | undefined;
};

/** Resolves when told to stop, or when the next attempt may find something else; throws what no new attempt mends. */
export async function attempt({ context, history }: AttemptOptions, signal: AbortSignal): Promise<void> {
  const { stats, log } = context;
  stats.phase = "connecting";
  const target = await Target.open(context.target);
  try {
    await attend({ context, history, target }, signal);
  } catch (cause) {
    const error = wrapError("INVARIANT", "delivery failed", cause);
    if (error.disposition !== "resync") throw error;
    log.info({ event: "delivery.restarted", code: error.code, details: error.details }, error.message);
    await sleep(RETRY_MS, signal);
  } finally {
    target.close();
  }
}

async function attend({ context, history, target }: AttemptOptions & { readonly target: Target }, signal: AbortSignal): Promise<void> {
  const { stats, log, orders, checkpointKey } = context;
  const adopts = context.adopt && !orders.hasFlowed;
  stats.targetVersion = `${target.facts.product} ${target.facts.version}`;
  const text = await target.readCheckpoint(checkpointKey);
  const checkpoint = admit({ facts: target.facts, checkpointText: text, adopt: adopts, promotes: orders.promotes });
  if (canEvictCheckpoint(target.facts)) {
    const { maxmemoryPolicy } = target.facts;
    log.warn({ event: "delivery.checkpoint-evictable", maxmemoryPolicy }, "the target's eviction policy can remove the checkpoint");
  }
  if (checkpoint && isEnding(checkpoint)) return await endStream({ ...context, target, text, checkpoint }, signal);
  const start: Start = history ? decideStart(checkpoint, history) : { kind: "wait", why: "the journal holds nothing" };
  const end = orders.promotes
    ? decideEnd({ checkpoint, start, history, ordered: orders.end, waits: orders.question !== undefined })
    : undefined;
  if (end?.kind === "promote" && checkpoint) return await endStream({ ...context, target, text, checkpoint }, signal);
  if (end?.kind === "refuse") refuseEnd(context, end.why);
  if (start.kind === "wait" || !history) {
    stats.phase = "waiting";
    log.debug({ event: "delivery.waited", ...start }, "nothing can be delivered yet");
    return await atMost(WAIT_MS, signal, (over) => context.journal.changed(over));
  }
  const upTo = end?.kind === "deliver" ? end.upTo : undefined;
  if (upTo !== undefined) orders.end = { history: history.id, offset: upTo };
  context.applied.begin(history, start);
  const holds = start.kind === "stream" || start.resumeAt > 0 ? checkpoint : undefined;
  const guardMs = await takeExpiry({ ...context, target, holds });
  await applyHistory({ context, history, target, text, checkpoint, start, guardMs, adopts, upTo }, signal);
}

function refuseEnd({ orders, stats, log }: DeliveryContext, why: string): void {
  orders.withdraw();
  stats.promotionRefusal = why;
  log.error({ event: "delivery.promotion-refused" }, why);
}
