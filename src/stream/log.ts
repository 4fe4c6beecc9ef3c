/**
 * The ports through which the stages meet: one stream is a log with one writer and many readers. `source` and
 * `link/receive` write it, `link/send` and `delivery` read it, `journal` keeps it. No stage knows another.
 */
import type { HistoryId, Offset, Position, Replid, StreamId } from "./position.ts";
import type { KnownChunk } from "./snapshot-chunk.ts";

/** What identifies a stored data set and says where the stream goes on from it. */
export type SnapshotInfo = {
  /** 16 hex characters, drawn when the snapshot was begun. */
  readonly id: string;
  /** The stream's offset whose data set this is. */
  readonly offset: Offset;
  readonly replid: Replid;
  /** Database selected at `offset` (RDB aux `repl-stream-db`). */
  readonly db: number;
};

/** The end of what a history holds. */
export type Tail = {
  readonly offset: Offset;
  readonly replid: Replid;
  /** Database selected at `offset`. */
  readonly db: number;
  /** The last record was OPEN: `offset` is inside a command or transaction. */
  readonly open: boolean;
};

export interface SnapshotWriter {
  readonly info: SnapshotInfo;
  /** Chunks stored so far: the index of the chunk that is wanted next. */
  readonly chunks: number;
  /** RDB bytes stored so far. */
  readonly rdbBytes: number;
  /** Says how many RDB bytes it will have: only for whoever wants to know how far it is. */
  expect(totalBytes: number): void;
  /**
   * Takes one encoded chunk (`stream/snapshot-chunk.ts`), and checks it unless it is known; `known.raw` is not kept. Throws JOURNAL_GAP unless its
   * index is `chunks`. Writes behind; `ready` bounds it.
   */
  append(chunk: Buffer, known?: KnownChunk): void;
  /** True while more chunks may be appended without waiting. */
  readonly hasRoom: boolean;
  /** Resolves once there is room for more chunks. Throws JOURNAL_FULL only when the signal aborts while the disk is full. */
  ready(signal: AbortSignal): Promise<void>;
  /**
   * Verifies the RDB's CRC-64, makes everything durable and only then lets the snapshot (and, for an arriving history,
   * its position) become true: SNAPSHOT_BEFORE_POSITION. Throws RDB_MALFORMED and forgets the snapshot otherwise.
   */
  complete(): Promise<void>;
  /** Forgets the snapshot; readers get "aborted". */
  abort(): Promise<void>;
}

/** A stored snapshot, perhaps still arriving. */
export interface StoredSnapshot {
  readonly info: SnapshotInfo;
  readonly state: "arriving" | "complete" | "aborted";
  readonly chunks: number;
  readonly rdbBytes: number;
  /** What `rdbBytes` will be once it is complete; undefined while nobody has said so. */
  readonly totalBytes: number | undefined;
  /** Reads encoded chunks from index `first`. */
  openReader(first: number): SnapshotReader;
}

export interface SnapshotReader {
  /**
   * The next encoded chunk, good until the next call; waits while the snapshot is still arriving. "end" after the last chunk of a complete
   * snapshot, "aborted" when it was given up, undefined when the signal aborted. Throws JOURNAL_CORRUPT.
   */
  next(signal: AbortSignal): Promise<Buffer | "end" | "aborted" | undefined>;
  close(): Promise<void>;
}

export interface RecordCursor {
  /** Offset after the last record handed out. */
  readonly offset: Offset;
  /**
   * At least one record, at most about `maxBytes`; waits at the head of the log. The first record may begin before the
   * offset that the cursor was opened at. Undefined when the signal aborted. Throws JOURNAL_GAP when retention dropped what is wanted,
   * HISTORY_CHANGED when another history became current, JOURNAL_CORRUPT when a checksum fails.
   */
  next(signal: AbortSignal, maxBytes?: number): Promise<readonly Buffer[] | undefined>;
  close(): Promise<void>;
}

/** The records and snapshots of one history of one stream. */
export interface HistoryLog {
  readonly id: HistoryId;
  /** The oldest offset that a cursor may be opened at. */
  readonly start: Offset;
  readonly tail: Tail;
  /** Offset after the last record that is not OPEN: `cutOpenTail` withdraws nothing before it. */
  readonly boundary: Offset;
  /** The newest snapshot from which the log goes on without a gap (`snapshot.info.offset >= start`). */
  readonly snapshot: StoredSnapshot | undefined;
  /** Takes one encoded, already checked record. Throws JOURNAL_GAP unless `from` is `tail.offset` (NO_GAP). Writes behind; `StreamLog.ready` bounds it. */
  append(record: Buffer): void;
  /** Drops trailing OPEN records, so that the writer can go on from a boundary. */
  cutOpenTail(): Promise<void>;
  /** The replid under which `offset` was written; undefined when `offset` is not inside `start … tail.offset`. */
  replidAt(offset: Offset): Promise<Replid | undefined>;
  /** Whether `replid` was in force at `offset` or anywhere after it: then who stands there under it has the bytes that lie here. */
  holdsUnder(replid: Replid, offset: Offset): Promise<boolean>;
  /** Throws JOURNAL_GAP unless `start <= from <= tail.offset`. */
  openCursor(from: Offset): RecordCursor;
  /** The snapshot that has begun to arrive and is not whole. */
  readonly unfinished: SnapshotWriter | undefined;
  /** Begins another snapshot of this same history, or goes on with an unfinished one of the same id. */
  beginSnapshot(info: SnapshotInfo): SnapshotWriter;
}

export type Mark = {
  readonly offset: Offset;
  /** When it was reached, local clock, ms since 1970. */
  readonly atMs: number;
};

/** received: in memory here. durable: written as the fsync policy promises. applied: committed in the target. */
export type Stage = "received" | "durable" | "applied";

/** How far this gateway is with one history of a stream. A stage not reached yet is absent. */
export type Progress = { readonly history: HistoryId } & { readonly [stage in Stage]?: Mark };

/** The journal of one stream. */
export interface StreamLog {
  readonly stream: StreamId;
  /** The history whose snapshot is whole: it can be delivered and resumed. */
  readonly current: HistoryLog | undefined;
  /** A newer history whose snapshot is still arriving. */
  readonly arriving: HistoryLog | undefined;
  readonly progress: Progress | undefined;
  /** Begins a history with its first snapshot; an older arriving one is forgotten. It becomes `current` when its snapshot completes. */
  startHistory(id: HistoryId, snapshot: SnapshotInfo): { readonly history: HistoryLog; readonly writer: SnapshotWriter };
  /** True while more may be appended without waiting. */
  readonly hasRoom: boolean;
  /** Resolves once `hasRoom`, or when the signal aborts. A full disk keeps it waiting: nothing is lost, the writer stops reading. */
  ready(signal: AbortSignal): Promise<void>;
  /** Resolves at the next change of `current`, `arriving` or one of their snapshots, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
  /** Says what the target has, which may be less than before; ignored unless `history` is the current one. Undefined: nothing that counts. */
  markApplied(position: Position | undefined): void;
  /** Called after each change of `progress`, at most once per event-loop turn. Returns the way to stop it. */
  onProgress(listener: () => void): () => void;
  /** What a named reader still needs; retention past it raises an alert. */
  retain(reader: string, needed: Position | undefined): void;
}
