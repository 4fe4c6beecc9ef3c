/**
 * The read model of one gateway: `/status`, `/metrics`, `causeway status` and the demo all render this and nothing else.
 * Offsets are decimal strings, because they do not fit a JSON number; times are milliseconds since 1970 by this gateway's
 * clock; what is not known (yet) is absent. It never holds keys, values or secrets.
 */
import type { Alert } from "../alert/book.ts";
import type { OutboxStats } from "../alert/channels/outbox.ts";
import type { DataAtRisk, PeerLag } from "../lag/lag-tracker.ts";

export type GatewayStatus = {
  readonly region: string;
  readonly version: string;
  /** Package that compresses: `lz4` or `lz4-napi`. */
  readonly lz4: string;
  /** What packs and unpacks zstd; absent where this machine has none: records then travel and lie in LZ4 alone. */
  readonly zstd?: string;
  readonly topologyDigest: string;
  readonly startedAtMs: number;
  /** When this status was taken. */
  readonly atMs: number;
  readonly streams: readonly StreamStatus[];
  /** The link port; absent where nobody dials us. */
  readonly listener?: ListenerStatus;
  readonly links: readonly LinkStatus[];
  readonly services: readonly ServiceStatus[];
  /** Our own certificates and the authorities that we trust. */
  readonly certificates: readonly CertificateStatus[];
  /** Alerts that fire, the worst first, and how their channels do. */
  readonly alerts: { readonly firing: readonly Alert[]; readonly channels: readonly OutboxStats[] };
  /** What works and should not stay so, as found at the start; one sentence each. */
  readonly warnings: readonly string[];
};

export type CertificateStatus = {
  /** `link`, `master`, `target of us-east`. */
  readonly use: string;
  readonly path: string;
  readonly state: "valid" | "expiring" | "expired";
  readonly expiresAtMs: number;
  /** Why the files that lie there now are not used; those read before are. */
  readonly refused?: string;
};

export type StreamStatus = {
  /** `us-east/0`. */
  readonly id: string;
  /** origin: read from our own master. replica: received from a peer and delivered here. */
  readonly role: "origin" | "replica";
  /** What the stream does now, in one or two words: `streaming`, `full sync`, `loading`. */
  readonly phase: string;
  readonly history?: string;
  readonly replid?: string;
  readonly positions: StreamPositions;
  readonly journal: JournalStatus;
  /** The newest snapshot, perhaps still arriving. */
  readonly snapshot?: SnapshotStatus;
  readonly throughput: Throughput;
  /** Raw bytes of the stream per stored byte; absent before the first record. */
  readonly compressionRatio?: number;
  /** Only of an origin: what LZ4 saved of the records cut since start, and the time that it took, checksums included. */
  readonly compression?: { readonly savedBytes: number; readonly cpuSeconds: number };
  /** Only of an origin with peers: what would be lost with it if the peer that has most took over. */
  readonly atRisk?: DataAtRisk & { readonly peer: string };
  /** Only of an origin. */
  readonly master?: MasterStatus;
  /** Of a replica by write. */
  readonly delivery?: DeliveryStatus;
  /** Of a replica by feed. */
  readonly feed?: FeedStatus;
};

/** Decimal offsets. `start` is the oldest one the journal still holds. */
export type StreamPositions = {
  readonly start?: string;
  readonly received?: string;
  readonly durable?: string;
  readonly applied?: string;
};

export type JournalStatus = {
  readonly bytes: number;
  readonly segments: number;
  readonly fsync: "always" | "everysec" | "never";
  readonly fsyncMsMax: number;
  readonly pendingBytes: number;
  readonly diskFull: boolean;
  /** What retention keeps at most. */
  readonly retentionBytes: number;
  /** Of the file system that holds the data folder; absent until it was looked at. */
  readonly disk?: { readonly freeBytes: number; readonly totalBytes: number };
  /** Bytes that retention dropped although a reader still needed them. */
  readonly droppedNeededBytes: number;
  /** Bytes on disk that a reader still needs. Above `journal.retention.bytes` they are dropped. */
  readonly neededBytes: number;
  /** Ends of interrupted writes that were cut at the last start, and their bytes: they were read again from where they came. */
  readonly tornTails: number;
  readonly tornBytes: number;
  /** Full files and snapshots that turned out to be damaged or missing, and were mended. */
  readonly damages: number;
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

/** RDB bytes. What was there before an interruption counts, but not for the speed. */
export type TransferStatus = {
  readonly bytes: number;
  /** Absent while nobody knows: a master that writes its RDB to the socket says no length beforehand. */
  readonly totalBytes?: number;
  readonly bytesPerSecond: number;
  /** Absent while there is no speed or no total. */
  readonly leftMs?: number;
};

/** A snapshot on its way to a peer; `waiting`: until others have theirs (`link.snapshots.concurrent`). */
export type SendingStatus = TransferStatus & { readonly waiting: boolean };

export type Throughput = {
  /** Raw bytes of the stream since start. */
  readonly bytes: number;
  readonly commands: number;
  readonly bytesPerSecond: number;
  readonly commandsPerSecond: number;
};

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

export type DeliveryStatus = {
  /** `waiting`, `loading`, `streaming`, `halted`, … */
  readonly state: string;
  /** host:port. */
  readonly address: string;
  readonly targetVersion?: string;
  readonly units: number;
  readonly commands: number;
  readonly keysLoaded: number;
  readonly keysRemoved: number;
  readonly functionsLoaded: number;
  readonly divergences: number;
  readonly deadLetters: number;
  readonly reconnects: number;
  readonly inFlightBytes: number;
  /** While a snapshot is loaded. */
  readonly loading?: LoadingStatus;
  /** Who decides that keys expire, once the target was opened. */
  readonly expiry?: ExpiryStatus;
  /** While and after it is promoted. */
  readonly promotion?: { readonly step: string; readonly done: number; readonly total: number };
  /** Records that came later than the guard is wide, or than a restart of a target in import mode: keys may have expired in the target that the source had prolonged. */
  readonly guardExceeded: number;
  /** Commands that were not carried on, by reason or command name. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Commands that were rewritten, by command name. */
  readonly rewritten: Readonly<Record<string, number>>;
  /** Commands that could not be looked into (too large, or scripts) and went on as they are, by command name. */
  readonly untranslated: Readonly<Record<string, number>>;
  /** What no command can carry and nobody misses: slot statistics, what streams remember of idempotent producers. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What the target cannot hold, by what and why. */
  readonly unsupported: Readonly<Record<string, number>>;
  /** Times that the target took no writes, by its own word: OOM, READONLY, … */
  readonly conditions: Readonly<Record<string, number>>;
  /** Stays after recovery: the time says how old it is. */
  readonly lastError?: string;
  readonly lastErrorAtMs?: number;
};

/** What `POST /promote/STREAM` answers. */
export type PromotionStatus = {
  readonly stream: string;
  /** delivering: what the journal holds is applied first. marking and restoring: the true expiries are put back, in two passes. */
  readonly step: "delivering" | "marking" | "restoring" | "promoted" | "refused";
  /** Expiries that had their turn in this step, of about `total`. */
  readonly done: number;
  readonly total: number;
  /** This request was the order; those after it only ask how far it is. */
  readonly ordered?: true;
  readonly appliedOffset?: string;
  /** Why it does not go on, or not now. */
  readonly message?: string;
};

/** A snapshot on its way into the target. */
export type LoadingStatus = TransferStatus & {
  readonly keys: number;
  /** As the RDB says of the databases that were begun; absent where it does not. */
  readonly totalKeys?: number;
};

export type ExpiryStatus = {
  /** import: the source, by the target's import mode. guard: the source, unless the stream is later than `guardMs`. target: its own clock. */
  readonly by: "import" | "guard" | "target";
  /** By how much later than at the source keys expire in the target. */
  readonly guardMs: number;
  /** Why the target's import mode could not be used. */
  readonly refusal?: string;
};

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

export type ListenerStatus = {
  /** Connections that have not proven who they are. */
  readonly unauthenticated: number;
  /** Connections turned away since start, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Snapshots that are sent now, those that wait for their turn, and the limits of all together. */
  readonly snapshots: {
    readonly underWay: number;
    readonly waiting: number;
    readonly concurrent: number;
    /** Absent: as fast as the links are. */
    readonly bytesPerSecond?: number;
  };
};

export type LinkStatus = {
  readonly peer: string;
  /** sending: we have the stream and listen. receiving: we dial. */
  readonly direction: "sending" | "receiving";
  readonly phase: string;
  readonly rttMs?: number;
  /** The peer's clock minus ours, ± error. */
  readonly clock?: { readonly offsetMs: number; readonly errorMs: number };
  /** Whether both gateways were started with the same topology (but for alerts and log); absent before the first connection. */
  readonly sameTopology?: boolean;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly connectedAtMs?: number;
  readonly lastFrameAtMs?: number;
  readonly reconnects: number;
  /** Times that this peer was refused, or refused us, since start. Strangers are counted by `listener`. */
  readonly refusals: number;
  /** Times that another connection of the same region took the link: repeatedly means two gateways for one region. */
  readonly superseded: number;
  /** Why the last connection ended; it stays while the next one works. */
  readonly lastError?: string;
  readonly lastErrorAtMs?: number;
  readonly streams: readonly LinkStreamStatus[];
};

/**
 * One stream on one link; `acked` and `lag` are what the sending side knows of its peer. Where the peer passes the stream on, there is
 * one more for each region behind it.
 */
export type LinkStreamStatus = {
  readonly stream: string;
  /** The region behind the peer; absent: the peer itself. */
  readonly region?: string;
  readonly phase?: string;
  /** The snapshot on its way to the peer. */
  readonly snapshot?: SendingStatus;
  /** How records travel; absent while they do not. */
  readonly packing?: PackingStatus;
  readonly acked: { readonly received?: string; readonly durable?: string; readonly applied?: string };
  readonly lag?: PeerLag;
};

/** What packing records for the link, or unpacking them, took and saved since the connection began. */
export type PackingStatus = {
  /** Of the last records: lz4 is as they lie in the journal. */
  readonly codec: "lz4" | "zstd";
  /** Of the records that travelled packed: bytes in the journal, and on the wire. */
  readonly records: number;
  readonly recordBytes: number;
  readonly packedBytes: number;
  readonly savedBytes: number;
  readonly cpuSeconds: number;
};

export type ServiceStatus = {
  readonly name: string;
  /** The gateway is not ready while a needed service does not run. */
  readonly needed: boolean;
  readonly state: "running" | "waiting" | "halted" | "stopped";
  readonly code?: string;
  readonly message?: string;
  readonly sinceMs?: number;
};

/** What does not stop anything yet and needs a person, one sentence each. */
export function warningsOf(status: GatewayStatus): readonly string[] {
  const certificates = status.certificates.flatMap(({ path, state, expiresAtMs, refused }) => [
    ...(state === "valid" ? [] : [`${path} ${state === "expired" ? "has expired" : "expires"} on ${new Date(expiresAtMs).toISOString()}`]),
    ...(refused === undefined ? [] : [`renewed certificates are not used: ${refused}`]),
  ]);
  const deliveries = status.streams.flatMap(({ id, delivery }) => (delivery ? deliveryWarnings(id, delivery) : []));
  return [...status.warnings, ...new Set(certificates), ...deliveries];
}

function deliveryWarnings(id: string, { state, expiry, guardExceeded }: DeliveryStatus): readonly string[] {
  return [
    ...(state === "promoted" ? [`${id} was promoted here and is delivered no more: take it out of the topology`] : []),
    ...(expiry?.refusal === undefined ? [] : [`${id}: the target's import mode cannot be used: ${expiry.refusal}`]),
    ...(expiry?.by === "target"
      ? [`${id}: keys expire by the target's own clock; what is prolonged while the stream is late is lost`]
      : []),
    ...(guardExceeded > 0
      ? [
          `${id}: ${guardExceeded} records came later than the expiry guard, or than a restart of the target: keys may be missing until a snapshot is loaded`,
        ]
      : []),
  ];
}

/** Why the gateway is not ready, one sentence each; empty when it is. */
export function notReadyReasons(status: GatewayStatus): readonly string[] {
  const services = status.services
    .filter((service) => service.state === "halted" || (service.needed && service.state !== "running"))
    .map((service) => `${service.name} is ${service.state}${service.code ? `: ${service.code}, ${service.message ?? ""}` : ""}`);
  const disks = status.streams
    .filter((stream) => stream.journal.diskFull)
    .map((stream) => `the journal of ${stream.id} cannot write: the disk is full`);
  const streams = status.streams
    .filter(({ phase }) => phase !== "streaming" && phase !== "promoted")
    .map((stream) => `${stream.id} is not carried on here: ${stream.phase}`);
  // A peer that does not dial us is its own trouble; one that we cannot reach is ours.
  const links = status.links
    .filter((link) => link.direction === "receiving" && link.phase !== "open")
    .map((link) => `the link from ${link.peer} is ${link.phase}`);
  const waiting = status.links
    .filter(({ phase }) => phase === "open")
    .flatMap(({ peer, direction, streams: carried }) =>
      carried
        .filter(({ phase }) => phase === "waiting" || phase === "resuming")
        .map(({ stream }) => (direction === "sending" ? `${peer} waits for ${stream}` : `${stream} has not gone on yet at ${peer}`)),
    );
  return [...services, ...disks, ...streams, ...links, ...waiting];
}
