/** Looks up in our log what `resume.ts` needs to judge a subscription, and what its decision names. */
import type { HistoryLog, StoredSnapshot, StreamLog } from "../../stream/log.ts";
import { type HistoryId, Offset, type Replid, type StreamId } from "../../stream/position.ts";
import type { Held, StartFrame } from "../../wire/frames.ts";
import { type Decision, decideResume, type OriginHistory } from "./resume.ts";

/** Where a sender goes on: the decision with the objects that it names. */
export type Plan = {
  readonly history: HistoryLog;
  readonly from: Offset;
  /** The replid in force at `from`. */
  readonly replid: Replid;
  readonly snapshot?: PlannedSnapshot;
};

export type PlannedSnapshot = {
  readonly stored: StoredSnapshot;
  readonly firstChunk: number;
  /** The peer has the history, whose records go on. */
  readonly beside: boolean;
};

export function startFrame(stream: StreamId, { history, from, snapshot }: Plan): StartFrame {
  const where = { kind: "start", stream, history: history.id, from } as const;
  if (snapshot === undefined) return { ...where, firstChunk: 0 };
  const { stored, firstChunk, beside } = snapshot;
  return { ...where, firstChunk, snapshot: stored.info, ...(beside && { beside }) };
}

/** `unfit` names histories in which the peer cannot go on, whatever its replid says. */
export async function planResume(
  log: StreamLog,
  held: readonly Held[],
  unfit: ReadonlySet<HistoryId>,
): Promise<Plan | Exclude<Decision["kind"], "records" | "snapshot">> {
  const { arriving, current } = log;
  const heldOf = (history: HistoryLog | undefined) => held.find((one) => one.history === history?.id);
  const [arrivingView, currentView] = await Promise.all([
    arriving && viewOf(arriving, heldOf(arriving), unfit),
    current && viewOf(current, heldOf(current), unfit),
  ]);
  const decision = decideResume(held, { arriving: arrivingView, current: currentView });
  if (decision.kind === "wait" || decision.kind === "request") return decision.kind;
  const history = decision.history === arriving?.id ? arriving : current;
  if (history === undefined) return "request";
  if (decision.kind === "records") return { history, from: decision.from, replid: heldOf(history)?.replid ?? history.tail.replid };
  const stored = history.snapshot;
  // Replaced while we looked: look again.
  if (stored?.info.id !== decision.snapshotId) return planResume(log, held, unfit);
  const replid = decision.firstChunk > 0 || decision.from !== stored.info.offset ? heldOf(history)?.replid : undefined;
  return {
    history,
    from: decision.from,
    replid: replid ?? stored.info.replid,
    snapshot: { stored, firstChunk: decision.firstChunk, beside: false },
  };
}

async function viewOf(history: HistoryLog, held: Held | undefined, unfit: ReadonlySet<HistoryId>): Promise<OriginHistory> {
  const { id, start, tail, snapshot } = history;
  return {
    id,
    start,
    tail: tail.offset,
    snapshot:
      snapshot && snapshot.state !== "aborted"
        ? { id: snapshot.info.id, offset: snapshot.info.offset, chunks: snapshot.chunks }
        : undefined,
    replidsAtHeld: held && !unfit.has(id) ? await replidsAt(history, held.offset) : [],
  };
}

/**
 * At the very offset where a failover happened two replids are right: the one that wrote the byte before, and the one that
 * writes the byte after, which vouches for everything before it.
 */
async function replidsAt(history: HistoryLog, offset: Offset): Promise<readonly Replid[]> {
  const found = await Promise.all([history.replidAt(offset), history.replidAt(Offset.plus(offset, 1))]);
  const replids = found.filter((replid) => replid !== undefined);
  if (offset === history.tail.offset) replids.push(history.tail.replid);
  const { snapshot } = history;
  if (offset === snapshot?.info.offset) replids.push(snapshot.info.replid);
  return replids;
}
