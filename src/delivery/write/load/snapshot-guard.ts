/**
 * A master that came back without its data serves an empty RDB, and a plain replica wipes itself: the most common way to lose every
 * copy at once. A snapshot that would take away most of what the target holds is therefore not obeyed until a person says so.
 */
import { GatewayError } from "../../../errors.ts";
import type { StoredSnapshot } from "../../../stream/log.ts";
import { readSnapshot } from "./snapshot-reading.ts";

export type Suspect = {
  readonly snapshot: StoredSnapshot;
  /** Of this stream. */
  readonly keysInTarget: number;
  /** The share of them that a snapshot has to hold, 0 to 1. */
  readonly leastShare: number;
};

export type JudgeSnapshot = (suspect: Suspect, signal: AbortSignal) => Promise<void>;

/** Reads only as far as it takes to be sure. Throws SNAPSHOT_SUSPICIOUS. */
export const judgeSnapshot: JudgeSnapshot = async ({ snapshot, keysInTarget, leastShare }, signal) => {
  const least = Math.ceil(keysInTarget * leastShare);
  if (least === 0) return;
  let keys = 0;
  for await (const parser of readSnapshot(snapshot, signal)) {
    for (let item = parser.next(); item !== undefined; item = parser.next()) if (item.kind === "entry") keys++;
    if (keys >= least) return;
  }
  if (keys >= least || signal.aborted) return;
  throw new GatewayError(
    "SNAPSHOT_SUSPICIOUS",
    `the new snapshot holds ${keys} keys, the target holds ${keysInTarget}: did the master lose its data? The target keeps what it has; accept it (causeway resync --accept) if the snapshot is right`,
    { details: { keys, keysInTarget } },
  );
};
