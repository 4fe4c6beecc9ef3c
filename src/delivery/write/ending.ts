/** The end of a delivery: when a target that shall be promoted has all that it will get, and what is done then. */
import { once } from "node:events";
import type { Logger } from "pino";
import type { Clock } from "../../runtime/clock.ts";
import { crashPoint } from "../../runtime/crash-point.ts";
import type { HistoryLog } from "../../stream/log.ts";
import type { Offset } from "../../stream/position.ts";
import type { DeliveryStats } from "./delivery-stats.ts";
import type { DeliveryOrders } from "./orders.ts";
import { further, type PromotionProgress, promote } from "./promotion.ts";
import type { Start } from "./start.ts";
import type { Checkpoint } from "./target/checkpoint.ts";
import { openRawSocket } from "./target/raw-socket.ts";
import type { Target } from "./target/target.ts";
import { UnitWriter } from "./unit/unit-writer.ts";

export type End =
  | { readonly kind: "promote" }
  | { readonly kind: "deliver"; readonly upTo: Offset }
  | { readonly kind: "refuse"; readonly why: string };

export type EndInput = {
  readonly checkpoint: Checkpoint | undefined;
  readonly start: Start;
  readonly history: HistoryLog | undefined;
  /** What the journal held when the order was first obeyed. */
  readonly ordered: DeliveryOrders["end"];
  /** What comes next is not obeyed without a person's word, who has given another one. */
  readonly waits: boolean;
};

/** A promotion was begun, and is gone on with whatever was ordered since. */
export function isEnding({ state }: Checkpoint): boolean {
  return state === "marking" || state === "restoring" || state === "promoted";
}

/** The journal is delivered to its end as it was when the order came; what cannot be delivered does not keep a whole copy from being promoted. */
export function decideEnd({ checkpoint, start, history, ordered, waits }: EndInput): End {
  if (checkpoint === undefined || checkpoint.state === "loading") {
    return { kind: "refuse", why: "the target holds no whole copy: its first snapshot has not been loaded" };
  }
  if (start.kind !== "stream" || history === undefined || waits) return { kind: "promote" };
  const upTo = ordered?.history === history.id ? ordered.offset : history.boundary;
  return checkpoint.offset >= upTo ? { kind: "promote" } : { kind: "deliver", upTo };
}

export type EndingOptions = {
  readonly target: Target;
  readonly checkpointKey: string;
  /** What the checkpoint key holds, and what that means. */
  readonly text: string;
  readonly checkpoint: Checkpoint;
  readonly token: string;
  readonly stats: DeliveryStats;
  readonly log: Logger;
  readonly clock: Clock;
};

/** Promotes the target, unless that was done, and then holds still until told to stop. Throws what the writer throws. */
export async function endStream(options: EndingOptions, signal: AbortSignal): Promise<void> {
  const { target, checkpoint, stats } = options;
  stats.applied = checkpoint.offset;
  if (checkpoint.state !== "promoted") await promoteTarget(options, signal);
  if (signal.aborted) return;
  target.close();
  stats.promotion ??= { step: "promoted", done: 0, total: 0 };
  stats.phase = "promoted";
  await once(signal, "abort");
}

async function promoteTarget(options: EndingOptions, signal: AbortSignal): Promise<void> {
  const { target, checkpointKey, text, checkpoint, token, stats, log, clock } = options;
  const { offset, guardMs } = checkpoint;
  stats.phase = "promoting";
  log.warn({ event: "delivery.promoting", offset, guardMs, from: checkpoint.state }, "the stream ends here: the target is being promoted");
  if (guardMs === 0) {
    const refusal = await target.endImport();
    if (refusal !== undefined)
      log.error({ event: "delivery.import-mode-stays", refusal }, "the target's import mode has to be turned off by hand");
  }
  const socket = await openRawSocket(target.address, { checkpointKey, importing: false });
  const events = { onCommit: () => crashPoint("delivery-promoting") };
  const onProgress = (progress: PromotionProgress) => {
    stats.promotion = further(stats.promotion, progress);
  };
  const writer = new UnitWriter({ socket, clock, checkpointKey, expected: text, token, events });
  try {
    await promote({ target, writer, checkpoint, onProgress }, signal);
  } finally {
    writer.close();
  }
  if (!signal.aborted)
    log.warn(
      { event: "delivery.promoted", offset },
      "the target is promoted: its expiries are the true ones, and nothing is delivered any more",
    );
}
