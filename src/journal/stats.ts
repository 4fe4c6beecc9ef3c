/** What one stream's journal holds and how its disk is doing, for status and metrics. */
import type { StoredSnapshot } from "../stream/log.ts";
import type { HistoryId, Offset } from "../stream/position.ts";
import type { FsyncPolicy, JournalContext, JournalCounters } from "./context.ts";
import type { History } from "./history.ts";

export type JournalStats = JournalCounters & {
  readonly fsync: FsyncPolicy;
  /** Bytes of records on disk, over all histories. */
  readonly bytes: number;
  readonly segments: number;
  /** Taken but not written yet, records and snapshot chunks. */
  readonly pendingBytes: number;
  /** Records held in memory for readers that keep up. */
  readonly memoryBytes: number;
  /** The disk refuses writes; everything waits. */
  readonly diskFull: boolean;
  readonly diskError?: string;
  readonly historyId?: HistoryId;
  readonly start?: Offset;
  readonly end?: Offset;
  readonly durable?: Offset;
  readonly snapshot?: SnapshotStats;
  readonly arriving?: { readonly historyId: HistoryId; readonly end: Offset; readonly snapshot?: SnapshotStats };
};

export type SnapshotStats = {
  readonly id: string;
  readonly offset: Offset;
  readonly state: StoredSnapshot["state"];
  readonly chunks: number;
  readonly rdbBytes: number;
  readonly totalBytes: number | undefined;
};

export function statsOf(journal: {
  readonly context: JournalContext;
  readonly current: History | undefined;
  readonly arriving: History | undefined;
}): JournalStats {
  const { context, current, arriving } = journal;
  const histories = [current, arriving].filter((history) => history !== undefined);
  const segments = histories.flatMap((history) => history.segments);
  return {
    ...context.counters,
    fsync: context.fsync,
    bytes: segments.reduce((sum, segment) => sum + segment.bytes, 0),
    segments: segments.length,
    pendingBytes: histories.reduce((sum, history) => sum + history.pendingBytes + history.snapshots.pendingBytes, 0),
    memoryBytes: histories.reduce((sum, history) => sum + history.ring.bytes, 0),
    diskFull: context.health.refuses,
    ...(context.health.lastCode === undefined ? {} : { diskError: context.health.lastCode }),
    ...(current && { historyId: current.id, start: current.start, end: current.tail.offset, durable: current.durable.offset }),
    ...snapshotOf(current),
    ...(arriving && { arriving: { historyId: arriving.id, end: arriving.tail.offset, ...snapshotOf(arriving) } }),
  };
}

function snapshotOf(history: History | undefined): { readonly snapshot?: SnapshotStats } {
  const found = history?.snapshot;
  if (found === undefined) return {};
  const { info, state, chunks, rdbBytes, totalBytes } = found;
  return { snapshot: { id: info.id, offset: info.offset, state, chunks, rdbBytes, totalBytes } };
}
