/** Delivery by feed: the replicas that are attached. */

export type FeedStatus = {
  /** `waiting` for a replica, `loading` until one acknowledges, `streaming`. */
  readonly state: string;
  /** host:port where replicas attach. */
  readonly address: string;
  readonly fullSyncs: number;
  readonly partialSyncs: number;
  /** Replicas that went, or were cut off. */
  readonly disconnects: number;
  /** Logins and commands that were refused, and connections turned away. */
  readonly refusals: number;
  /** Replicas that went before they had loaded a snapshot: repeatedly, their version cannot read it. */
  readonly snapshotsRefused: number;
  /** Snapshots that an attached replica gave for others. */
  readonly snapshotsTaken: number;
  readonly replicas: readonly FedReplicaStatus[];
  readonly lastError?: string;
  readonly lastErrorAtMs?: number;
};

export type FedReplicaStatus = {
  /** host:port as it announced itself. */
  readonly address: string;
  readonly version?: string;
  /** Redis's words: `wait_bgsave`, `send_bulk`, `online`. */
  readonly state: string;
  readonly connectedAtMs: number;
  readonly sentOffset: string;
  /** Absent before its first acknowledgement. */
  readonly ackedOffset?: string;
  readonly ackedAtMs?: number;
  /** What it lacks of what the journal holds. */
  readonly lagBytes: number;
  /** Sent of the snapshot that it began with. */
  readonly snapshotBytes: number;
};
