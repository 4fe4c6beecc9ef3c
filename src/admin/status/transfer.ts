/** Snapshots on their way: from the master or a peer, to a peer, into the target. */

/** RDB bytes. What was there before an interruption counts, but not for the speed. */
export type TransferStatus = {
  readonly bytes: number;
  /** Absent while nobody knows: a master that writes its RDB to the socket says no length beforehand. */
  readonly totalBytes?: number;
  readonly bytesPerSecond: number;
  /** Absent while there is no speed or no total. */
  readonly leftMs?: number;
};

export type SnapshotStatus = {
  readonly id: string;
  readonly state: "arriving" | "complete" | "aborted";
  readonly offset: string;
  readonly chunks: number;
  readonly rdbBytes: number;
  /** How far it is, while it arrives from the master or from a peer. */
  readonly arriving?: TransferStatus;
};

/** A snapshot on its way to a peer; `waiting`: until others have theirs (`link.snapshots.concurrent`). */
export type SendingStatus = TransferStatus & { readonly waiting: boolean };

/** A snapshot on its way into the target. */
export type LoadingStatus = TransferStatus & {
  readonly keys: number;
  /** As the RDB says of the databases that were begun; absent where it does not. */
  readonly totalKeys?: number;
};
