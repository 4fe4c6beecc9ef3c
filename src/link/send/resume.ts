/**
 * What a sender does with a subscription: pure, from what the peer holds and what we hold. The rules, first match wins:
 *   1. the peer is inside our arriving history and its unfinished snapshot is ours: go on with both;
 *   2. the peer is inside our current history: records from its offset; but once it has all of them and a newer history is
 *      arriving, that history's snapshot;
 *   3. the peer is ahead of us in our history (our journal lost its unsynced end): wait until we can judge;
 *   4. a snapshot, if there is a usable one; otherwise ask for one.
 * "Inside" means that the replid in force there is the peer's: after a failover two masters may have gone different ways
 * from one history, and their offsets look alike.
 */
import type { HistoryId, Offset, Replid } from "../../stream/position.ts";
import type { Held } from "../../wire/frames.ts";

export type OriginSnapshot = { readonly id: string; readonly offset: Offset; readonly chunks: number };

/** One of our histories, with the replids that vouch for the offset that the peer holds of it. */
export type OriginHistory = {
  readonly id: HistoryId;
  readonly start: Offset;
  readonly tail: Offset;
  /** Undefined also when it was given up. */
  readonly snapshot: OriginSnapshot | undefined;
  readonly replidsAtHeld: readonly Replid[];
};

export type Origin = { readonly arriving: OriginHistory | undefined; readonly current: OriginHistory | undefined };

export type Decision =
  | { readonly kind: "records"; readonly history: HistoryId; readonly from: Offset }
  | {
      readonly kind: "snapshot";
      readonly history: HistoryId;
      readonly from: Offset;
      readonly snapshotId: string;
      readonly firstChunk: number;
    }
  /** The peer is ahead: look again when our log has moved. */
  | { readonly kind: "wait" }
  /** No usable snapshot: ask for one, and look again when the log has changed. */
  | { readonly kind: "request" };

export function decideResume(held: readonly Held[], { arriving, current }: Origin): Decision {
  const ofArriving = held.find((one) => one.history === arriving?.id);
  const ofCurrent = held.find((one) => one.history === current?.id);
  if (arriving && ofArriving?.snapshot) {
    const resumed = resume(ofArriving, arriving);
    if (resumed) return resumed;
  }
  if (current && ofCurrent) {
    const resumed = resume(ofCurrent, current);
    const exhausted = resumed?.kind === "records" && resumed.from >= current.tail;
    if (resumed && !(exhausted && arriving?.snapshot)) return resumed;
  }
  if (arriving?.snapshot) return fresh(arriving.id, arriving.snapshot);
  if (current && ofCurrent && ofCurrent.offset > current.tail) return { kind: "wait" };
  if (current?.snapshot && isBeyond(current.snapshot, ofCurrent)) return fresh(current.id, current.snapshot);
  return { kind: "request" };
}

function resume(held: Held, origin: OriginHistory): Decision | undefined {
  if (held.offset < origin.start || held.offset > origin.tail || !origin.replidsAtHeld.includes(held.replid)) return undefined;
  const { history, offset: from, snapshot } = held;
  if (snapshot === undefined) return { kind: "records", history, from };
  if (snapshot.id !== origin.snapshot?.id || snapshot.chunks > origin.snapshot.chunks) return undefined;
  return { kind: "snapshot", history, from, snapshotId: snapshot.id, firstChunk: snapshot.chunks };
}

function fresh(history: HistoryId, snapshot: OriginSnapshot): Decision {
  return { kind: "snapshot", history, from: snapshot.offset, snapshotId: snapshot.id, firstChunk: 0 };
}

/**
 * A target of the peer may stand anywhere in what the peer holds whole of this history. A snapshot beyond all of it cannot be
 * mistaken for something that the target already has; an earlier one of the same history could.
 */
function isBeyond(snapshot: OriginSnapshot, held: Held | undefined): boolean {
  return held === undefined || held.snapshot !== undefined || snapshot.offset > held.offset;
}
