/** The master whose stream originates here. */

export type MasterStatus = {
  /** `connecting`, `full sync`, `streaming`, … */
  readonly state: string;
  /** host:port. */
  readonly address: string;
  readonly fullSyncs: number;
  readonly partialSyncs: number;
  /** Full syncs that replaced a history which we had. */
  readonly historiesLost: number;
  /** Times that the history went on under a new replid. */
  readonly failovers: number;
  /** Times that the master's socket was not read because the journal could not take more. */
  readonly pauses: number;
  /** What we last acknowledged to the master. */
  readonly ackedOffset?: string;
  readonly ackedAtMs?: number;
  /** Another region is further behind than `master.bound` allows: the master is not acknowledged since then. */
  readonly ackHeldSinceMs?: number;
  /** Times that this began. */
  readonly acksHeld: number;
  readonly heartbeat: HeartbeatStatus;
  /** The master's own, as its INFO says; absent without heartbeat, or where INFO is not allowed. */
  readonly backlog?: BacklogStatus;
  readonly lastError?: string;
  readonly lastErrorAtMs?: number;
};

export type BacklogStatus = {
  readonly sizeBytes: number;
  /** What the master may still write before a reconnection from where we are needs a full sync. */
  readonly leftBytes: number;
  /** What it has of our history and we have not read, as of its last INFO: each second while we do not read, else each ten. */
  readonly unreadBytes: number;
  /** What it writes now. */
  readonly bytesPerSecond: number;
};

export type HeartbeatStatus = {
  /** measured: T_write counts from the execution in the master. unknown, off: only from reading. */
  readonly state: "measured" | "unknown" | "off";
  /** Why it is unknown; absent while the first one is awaited. */
  readonly reason?: string;
  /** From the sending of the newest one to its being read: an upper bound of execution to reading. */
  readonly delayMs?: number;
  readonly returned: number;
};
