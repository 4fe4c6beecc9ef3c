/** What a link shows of itself: read by the status model, never by the data path. */
import type { Mark } from "../stream/log.ts";
import type { HistoryId, Offset, StreamId } from "../stream/position.ts";
import type { ClockEstimate } from "./connection/clock-offset.ts";
import type { LinkRecordStats } from "./connection/link-record.ts";
import type { LinkPhase, StreamPhase } from "./phase.ts";
import type { SnapshotTurnsStats } from "./send/snapshot-turns.ts";

/** A snapshot on its way to a peer. */
export type SendingStats = {
  /** It waits until other peers have theirs (`snapshot-turns.ts`). */
  readonly waiting: boolean;
  /** RDB bytes that the peer was sent, those of earlier connections included. */
  readonly bytes: number;
  /** Undefined while nobody knows. */
  readonly totalBytes: number | undefined;
  /** When this connection's turn came, and at which byte. */
  readonly since: { readonly atMs: number; readonly bytes: number };
};

/** What packing records for one peer, or unpacking them, took and saved since the subscription began. */
export type PackingStats = {
  /** How the last records travelled. */
  readonly codec: "lz4" | "zstd";
  /** They were to be packed by zstd, and the peer has not said that it can unpack that. */
  readonly peerLacksZstd: boolean;
  /** Of all records that travelled packed: as they lie in the journal, and on the wire. */
  readonly records: number;
  readonly recordBytes: number;
  readonly packedBytes: number;
  readonly cpuMs: number;
};

/** Before anything was packed. */
export function noPacking(): { -readonly [field in keyof PackingStats]: PackingStats[field] } {
  return { codec: "lz4", peerLacksZstd: false, records: 0, recordBytes: 0, packedBytes: 0, cpuMs: 0 };
}

/** One stream on its way to a peer. */
export type SenderStats = {
  readonly stream: StreamId;
  readonly phase: StreamPhase;
  readonly history: HistoryId | undefined;
  readonly sentOffset: Offset | undefined;
  readonly tailOffset: Offset | undefined;
  /** As last acknowledged; times are the peer's clock. */
  readonly received: Mark | undefined;
  readonly durable: Mark | undefined;
  readonly applied: Mark | undefined;
  readonly records: number;
  readonly chunks: number;
  /** Decisions that led to a Start on this link; more than one means that something changed under the peer. */
  readonly starts: number;
  readonly snapshot: SendingStats | undefined;
  readonly windowUsedBytes: number;
  readonly windowLimitBytes: number;
  readonly packing: PackingStats;
};

/** One stream on its way from its origin. */
export type ReceiverStats = {
  readonly stream: StreamId;
  readonly phase: StreamPhase;
  readonly history: HistoryId | undefined;
  readonly receivedOffset: Offset | undefined;
  /** The origin's end of the stream, from its last ping. */
  readonly headOffset: Offset | undefined;
  readonly records: number;
  readonly chunks: number;
  readonly windowUsedBytes: number;
  readonly windowLimitBytes: number;
  readonly packing: PackingStats;
};

type LinkStats<Stream> = {
  readonly peer: string;
  readonly phase: LinkPhase;
  readonly clock: ClockEstimate | undefined;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Milliseconds since 1970. */
  readonly connectedAt: number | undefined;
  readonly lastFrameAt: number | undefined;
  readonly sameTopology: boolean | undefined;
  readonly streams: readonly Stream[];
};

export type OutgoingLinkStats = LinkStats<SenderStats>;

export type IncomingLinkStats = LinkStats<ReceiverStats> & LinkRecordStats & { readonly attempts: number };

export type ListenerStats = {
  /** Undefined while not listening. */
  readonly port: number | undefined;
  readonly unauthenticated: number;
  readonly snapshots: SnapshotTurnsStats;
  /** Connections turned away, by reason; `http` is everything that never became a WebSocket. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly links: readonly OutgoingLinkStats[];
  /** Of every peer that the topology gives something to. */
  readonly records: ReadonlyMap<string, LinkRecordStats>;
};
