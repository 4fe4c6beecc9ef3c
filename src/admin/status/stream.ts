/** One stream in this gateway: where it stands, its journal, and what is read from or written to here. */
import type { DataAtRisk } from "../../lag/lag-tracker.ts";
import type { DeliveryStatus } from "./delivery.ts";
import type { FeedStatus } from "./feed.ts";
import type { MasterStatus } from "./master.ts";
import type { SnapshotStatus } from "./transfer.ts";

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

export type Throughput = {
  /** Raw bytes of the stream since start. */
  readonly bytes: number;
  readonly commands: number;
  readonly bytesPerSecond: number;
  readonly commandsPerSecond: number;
};
