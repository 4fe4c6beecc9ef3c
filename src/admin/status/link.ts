/** The link port, and the links to other gateways with what they carry. */
import type { PeerLag } from "../../lag/lag-tracker.ts";
import type { SendingStatus } from "./transfer.ts";

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
  /** The topology wants zstd, and the peer has none. */
  readonly peerLacksZstd?: true;
  /** Of the records that travelled packed: bytes in the journal, and on the wire. */
  readonly records: number;
  readonly recordBytes: number;
  readonly packedBytes: number;
  readonly savedBytes: number;
  readonly cpuSeconds: number;
};
