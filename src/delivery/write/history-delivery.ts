/** The snapshot, if there is no position to go on from, then the claim of the target, then record after record. */

import type { RawRing } from "../../bytes/raw-ring.ts";
import { crashPoint } from "../../runtime/crash-point.ts";
import type { HistoryLog } from "../../stream/log.ts";
import type { Offset } from "../../stream/position.ts";
import type { DeliveryContext } from "./delivery-context.ts";
import type { DeliveryStats } from "./delivery-stats.ts";
import { importingSince } from "./expiry-mode.ts";
import type { Start } from "./start.ts";
import { Streaming } from "./streaming.ts";
import { buildKey, type Checkpoint } from "./target/checkpoint.ts";
import type { Target } from "./target/target.ts";
import type { UnitWriter } from "./unit/unit-writer.ts";
import type { Losses } from "./values/losses.ts";

export type HistoryDelivery = {
  readonly context: DeliveryContext;
  readonly history: HistoryLog;
  readonly target: Target;
  readonly writer: UnitWriter;
  /** Released as the writer commits. */
  readonly room: RawRing<Offset>;
  readonly losses: Losses;
  readonly start: Exclude<Start, { readonly kind: "wait" }>;
  readonly guardMs: number;
  /** Everything up to `offset` is in the target or has no effect there. */
  readonly onApplied: (offset: Offset) => void;
  /** The target held no key before. */
  readonly wasEmpty: boolean;
};

/** Resolves when the signal aborts, or once the target was asked what the stream cannot go on without. Throws what ends it otherwise. */
export async function deliverHistory(work: HistoryDelivery, signal: AbortSignal): Promise<void> {
  const { context, start, history, writer, room, losses, target, onApplied } = work;
  const { stats, clock, log, orders, guard, applied, modules, checkpointKey } = context;
  const from = start.kind === "load" ? await load(work, start, signal) : { ...start.checkpoint, state: "streaming" as const };
  if (signal.aborted) return;
  // The claim: from here on units of an older writer fail (ONE_WRITER).
  writer.submit({ db: 0, pieces: [], commands: 0, checkpoint: from });
  await writer.drain(signal);
  if (signal.aborted) return;
  stats.phase = "streaming";
  orders.hasFlowed = true;
  log.info({ event: "delivery.streaming", history: history.id, offset: from.offset }, "applying records");
  applied.report(history, from.offset);
  const question = await new Streaming({
    history,
    from,
    writer,
    room,
    checkpointKey,
    maxBulkBytes: target.maxBulkBytes,
    target: target.facts,
    modules,
    importingSinceMs: importingSince({ target, start, clock }),
    losses,
    stats,
    clock,
    log,
    onApplied,
    // Told before the command is sent; false: it is not, and the stream ends before it.
    allowsFlush: (offset) => !guard.flush || orders.allows(`flush ${history.id} ${offset}`),
  }).run(signal);
  if (question) {
    const takes = await target.takesValue(question.payload);
    modules.set(question.id, takes);
    log.info({ event: "delivery.module-asked", takes }, "the stream has a module's value: the target was asked whether it takes it");
  }
}

/** Returns the position at which the snapshot's data set stands. */
async function load(work: HistoryDelivery, start: Start & { readonly kind: "load" }, signal: AbortSignal): Promise<Checkpoint> {
  const { context, history, target, writer, losses, guardMs, wasEmpty: targetWasEmpty } = work;
  const { log, clock, stats, stream, rebuildAboveBytes, loadSnapshot } = context;
  const { snapshot, resumeAt } = start;
  const { info } = snapshot;
  const loaded: Checkpoint = {
    state: "streaming",
    history: history.id,
    offset: info.offset,
    db: info.db,
    replid: info.replid,
    snapshotId: undefined,
    rdbOffset: 0,
    writer: context.token,
    readAtMs: 0,
    guardMs,
  };
  const checkpointAt = (rdbOffset: number): Checkpoint => ({ ...loaded, state: "loading", snapshotId: info.id, rdbOffset });
  stats.phase = "loading";
  stats.loadingFrom = { atMs: clock.nowMs(), bytes: resumeAt };
  log.info({ event: "delivery.loading", history: history.id, snapshot: info.id, resumeAt }, "loading a snapshot");
  writer.submit({ db: 0, pieces: [], commands: 0, checkpoint: checkpointAt(resumeAt) });
  await writer.drain(signal);
  if (signal.aborted) return loaded;
  const onProgress = (progress: DeliveryStats["loading"]) => {
    crashPoint("delivery-loading");
    stats.loading = progress;
    stats.inFlightBytes = writer.inFlightBytes;
  };
  const onSkipped = (what: string, rdbOffset: number) => stats.countSkipped(what, { within: info.id, endsAt: rdbOffset });
  const loading = { guardMs, losses, rebuildAboveBytes, buildKey: buildKey(stream), checkpointAt, onProgress, onSkipped };
  await loadSnapshot({ log, snapshot, writer, target, resumeAt, targetWasEmpty, ...loading }, signal);
  return loaded;
}
