/**
 * What rules and the timeline look at: the part of a gateway's status that they need, so that they know nothing of the admin API.
 * Times are milliseconds since 1970; what is not known is absent.
 */

export type AlertSample = {
  readonly region: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly atMs: number;
  /** This data folder was used by a gateway before this one started. */
  readonly hasRunBefore?: boolean;
  readonly streams: readonly StreamSample[];
  readonly links: readonly LinkSample[];
  readonly services: readonly ServiceSample[];
  readonly log?: { readonly lostLines: number; readonly failure?: string };
  readonly certificates: readonly {
    readonly use: string;
    readonly path: string;
    readonly expiresAtMs: number;
    readonly refused?: string;
  }[];
};

export type StreamSample = {
  /** `us-east/0`. */
  readonly id: string;
  readonly role: "origin" | "replica";
  readonly phase: string;
  readonly history?: string;
  readonly journal: {
    readonly diskFull: boolean;
    readonly droppedNeededBytes: number;
    readonly damages: number;
    readonly retentionBytes: number;
    /** On disk, of what a reader still needs. */
    readonly neededBytes: number;
    readonly disk?: { readonly freeBytes: number; readonly totalBytes: number };
  };
  readonly throughput: { readonly bytesPerSecond: number };
  readonly compressionRatio?: number;
  readonly atRisk?: { readonly peer: string; readonly bytes: number; readonly ms: number };
  readonly master?: {
    readonly fullSyncs: number;
    readonly partialSyncs: number;
    readonly historiesLost: number;
    readonly failovers: number;
    readonly backlog?: { readonly leftBytes: number; readonly bytesPerSecond: number };
  };
  readonly delivery?: { readonly divergences: number; readonly deadLetters: number };
  readonly feed?: { readonly fullSyncs: number; readonly replicas: readonly { readonly address: string }[] };
};

export type LinkSample = {
  readonly peer: string;
  readonly direction: "sending" | "receiving";
  readonly phase: string;
  readonly connectedAtMs?: number;
  readonly lastError?: string;
  readonly clock?: { readonly offsetMs: number; readonly errorMs: number };
  readonly sameTopology?: boolean;
  readonly streams: readonly {
    readonly stream: string;
    /** The region behind the peer, which takes the stream from it; absent: the peer itself. */
    readonly region?: string;
    readonly lag?: {
      readonly lagMs: number;
      readonly behindBytes: { readonly durable?: number };
      readonly atRisk?: { readonly unreadBytes?: number };
    };
  }[];
};

export type ServiceSample = {
  readonly name: string;
  readonly state: "running" | "waiting" | "halted" | "stopped";
  readonly code?: string;
  readonly message?: string;
};

export function isConnected({ connectedAtMs }: LinkSample): boolean {
  return connectedAtMs !== undefined;
}
