/** One history over one raw connection to the target: what it commits is reported, and what ends it is explained. */

import { RawRing } from "../../bytes/raw-ring.ts";
import type { GatewayError } from "../../errors.ts";
import { crashPoint } from "../../runtime/crash-point.ts";
import type { HistoryLog } from "../../stream/log.ts";
import type { Offset } from "../../stream/position.ts";
import type { DeliveryContext } from "./delivery-context.ts";
import { rejected } from "./divergences.ts";
import { explainFailure } from "./failure.ts";
import { deliverHistory } from "./history-delivery.ts";
import { isBeingLoaded, type Start } from "./start.ts";
import type { Checkpoint } from "./target/checkpoint.ts";
import { openRawSocket } from "./target/raw-socket.ts";
import type { Target } from "./target/target.ts";
import { keysIn } from "./target/target-facts.ts";
import { UnitWriter } from "./unit/unit-writer.ts";
import { Losses } from "./values/losses.ts";

/** A stop waits this long for what is in flight; the checkpoint makes leaving earlier harmless. */
const STOP_MS = 2_000;

export type ApplyingOptions = {
  readonly context: DeliveryContext;
  readonly history: HistoryLog;
  readonly target: Target;
  /** What the checkpoint key holds, and what that means. */
  readonly text: string;
  readonly checkpoint: Checkpoint | undefined;
  readonly start: Exclude<Start, { readonly kind: "wait" }>;
  readonly guardMs: number;
  /** What the target holds is not missed. */
  readonly adopts: boolean;
  /** Ends by itself once that much is applied; undefined: never. */
  readonly upTo: Offset | undefined;
};

export async function applyHistory(options: ApplyingOptions, signal: AbortSignal): Promise<void> {
  const { context, history, target, text, start, guardMs, upTo } = options;
  const { clock, stats, checkpointKey, token, divergences, applied, healthy } = context;
  const socket = await openRawSocket(target.address, { checkpointKey, importing: target.importing });
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  stats.connections++;
  let ended: GatewayError | undefined;
  let begunOn: string | undefined = text;
  const onApplied = (offset: Offset) => {
    applied.report(history, offset);
    if (upTo !== undefined && offset >= upTo) abort();
  };
  const room = new RawRing<Offset>();
  const writer = new UnitWriter({
    socket,
    clock,
    checkpointKey,
    expected: text,
    token,
    events: {
      onCommit: (committed) => {
        begunOn = undefined;
        room.release(committed.offset);
        crashPoint("delivery-unit-committed");
        stats.units++;
        if (hasMoved(committed, start)) healthy();
        if (committed.state === "streaming") onApplied(committed.offset);
      },
      onDivergence: (divergence) => (stats.phase === "streaming" ? divergences.add(divergence) : rejected(divergence)),
      onEnd: (reason) => {
        ended = reason;
        abort();
      },
    },
  });
  try {
    await judge(options, stop.signal);
    const { stream, onUnsupported, unsupportedFile: path, log } = context;
    const losses = new Losses({ stream, onUnsupported, path, log, stats });
    const wasEmpty = text === "" && keysIn(target.facts) === 0;
    await deliverHistory({ context, history, target, writer, room, losses, start, guardMs, onApplied, wasEmpty }, stop.signal);
    if (ended) throw ended;
    if (!writer.unitOpen) await writer.drain(AbortSignal.timeout(STOP_MS));
  } catch (cause) {
    throw await explainFailure({ context, target, cause: ended ?? cause, begunOn });
  } finally {
    signal.removeEventListener("abort", abort);
    writer.close();
  }
}

/** Since this attempt began: the claim of the target commits, too, and moves nothing. */
function hasMoved(committed: Checkpoint, start: ApplyingOptions["start"]): boolean {
  if (start.kind === "stream") return committed.offset > start.checkpoint.offset;
  return committed.state === "streaming" || committed.rdbOffset > start.resumeAt;
}

/** A load that goes on has been judged before; one of another snapshot that was interrupted has left most of an older copy, perhaps. */
async function judge({ context, target, checkpoint, start, adopts }: ApplyingOptions, signal: AbortSignal): Promise<void> {
  const { orders, guard, judgeSnapshot } = context;
  const keysInTarget = checkpoint ? keysIn(target.facts) - 1 : 0;
  if (start.kind !== "load" || keysInTarget <= 0 || adopts) return;
  const { snapshot } = start;
  if (checkpoint && isBeingLoaded(snapshot, checkpoint)) return;
  if (orders.allows(`snapshot ${snapshot.info.id}`)) return;
  await judgeSnapshot({ snapshot, keysInTarget, leastShare: guard.shrink }, signal);
  orders.settle();
}
