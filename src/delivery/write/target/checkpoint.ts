/**
 * The checkpoint: where a stream's delivery stands, stored inside the target as one string in database 0 and moved by the
 * same MULTI/EXEC as the data (APPLIED_ONCE). Readable text, one line, fixed order, so that equal checkpoints are equal bytes:
 *
 *   causeway/1 streaming history=… offset=… db=… replid=… snapshot=…|- rdb=… writer=… read=… [guard=…]
 */
import { GatewayError } from "../../../errors.ts";
import { HistoryId, MAX_OFFSET, Offset, Replid, type StreamId } from "../../../stream/position.ts";

/**
 * loading: a snapshot is going in. streaming: `offset` is exact. diverged: the target refused a command; a person decides.
 * marking, restoring, promoted: `promotion.ts`; the stream has ended here for good.
 */
export type DeliveryState = "loading" | "streaming" | "diverged" | "marking" | "restoring" | "promoted";

export type Checkpoint = {
  readonly state: DeliveryState;
  readonly history: HistoryId;
  /** What the target holds once the state is streaming; while loading, the snapshot's own offset. */
  readonly offset: Offset;
  /** Database selected in the stream at `offset`. */
  readonly db: number;
  readonly replid: Replid;
  /** While loading: which snapshot. */
  readonly snapshotId: string | undefined;
  /** While loading: entries that end at or before this byte of the RDB are in the target. */
  readonly rdbOffset: number;
  /** Drawn by each attempt of a gateway: units of an older writer fail (ONE_WRITER). */
  readonly writer: string;
  /** When the last applied record was read from the master, origin's clock, ms since 1970. */
  readonly readAtMs: number;
  /** By how much later than at the source keys expire in the target (`expiry.ts`), ms: of all that was written since the last snapshot began. */
  readonly guardMs: number;
};

/** Keys that begin so belong to the gateway: never loaded from a snapshot, never removed as stale. */
export const CHECKPOINT_PREFIX = "causeway:checkpoint:";

const PATTERN =
  /^causeway\/1 (loading|streaming|diverged|marking|restoring|promoted) history=([0-9a-f]{16}) offset=(\d{1,19}) db=(\d{1,10}) replid=([0-9a-f]{40}) snapshot=([0-9a-f]{16}|-) rdb=(\d{1,15}) writer=([0-9a-f]{16}) read=(\d{1,15})(?: guard=(\d{1,15}))?$/;

/** `causeway:checkpoint:{us-east/0}`; the braces keep it in one slot with whatever is tagged alike. */
export function checkpointKey(stream: StreamId): string {
  return `${CHECKPOINT_PREFIX}{${stream}}`;
}

/** Where a large value of a snapshot grows until it is whole; in the value's own database. */
export function buildKey(stream: StreamId): string {
  return `causeway:building:{${stream}}`;
}

export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { state, history, offset, db, replid, snapshotId, rdbOffset, writer, readAtMs, guardMs } = checkpoint;
  return (
    `causeway/1 ${state} history=${history} offset=${offset} db=${db} replid=${replid}` +
    ` snapshot=${snapshotId ?? "-"} rdb=${rdbOffset} writer=${writer} read=${Math.max(0, Math.round(readAtMs))}` +
    // A program from before there were guards must not go on where one is in force, and may where none is.
    (guardMs > 0 ? ` guard=${guardMs}` : "")
  );
}

/** Throws CHECKPOINT_CONFLICT for anything that this version did not write: foreign data is never overwritten. */
export function parseCheckpoint(text: string): Checkpoint {
  const match = PATTERN.exec(text);
  if (!match || BigInt(match[3]!) > MAX_OFFSET)
    throw new GatewayError("CHECKPOINT_CONFLICT", "in the place of the target's checkpoint is a text that this version did not write");
  const [, state, history, offset, db, replid, snapshot, rdb, writer, read, guard] = match as unknown as readonly string[];
  return {
    state: state as DeliveryState,
    history: HistoryId.of(history!),
    offset: Offset.of(offset!),
    db: Number(db),
    replid: Replid.of(replid!),
    snapshotId: snapshot === "-" ? undefined : snapshot,
    rdbOffset: Number(rdb),
    writer: writer!,
    readAtMs: Number(read),
    // Without one it was written before there were guards.
    guardMs: Number(guard ?? 0),
  };
}
