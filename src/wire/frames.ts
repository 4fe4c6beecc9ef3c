/**
 * What travels on a link: one WebSocket message is one frame (`proto/causeway.proto`, in words in `proto/README.md`).
 * Values only; `codec.ts` turns them into bytes and back.
 */
import type { HistoryId, Offset, Replid, StreamId } from "../stream/position.ts";
import { MAX_RECORD_BYTES } from "../stream/record.ts";

export const PROTOCOL_VERSION = 1;
/** Records are batched into one frame up to this size; a single larger record travels alone. */
export const RECORDS_FRAME_BYTES = 256 * 1024;
/** The largest record or chunk, and room for the envelope around it. */
export const MAX_FRAME_BYTES = MAX_RECORD_BYTES + 64 * 1024;

/** Why a listener refuses; the index is the number on the wire. */
export const REFUSALS = [
  "unspecified",
  "version",
  "secret",
  "certificate",
  "not-in-topology",
  "wrong-region",
  "stream-not-given",
  "busy",
  "malformed",
  "superseded",
] as const;
export type Refusal = (typeof REFUSALS)[number];

export type HelloFrame = {
  readonly kind: "hello";
  readonly version: number;
  readonly region: string;
  readonly expectedRegion: string;
  readonly nonce: Buffer;
  readonly topologyDigest: Buffer;
};
export type ChallengeFrame = { readonly kind: "challenge"; readonly nonce: Buffer };
export type ProofFrame = { readonly kind: "proof"; readonly mac: Buffer };
export type WelcomeFrame = {
  readonly kind: "welcome";
  readonly mac: Buffer;
  readonly topologyDigest: Buffer;
  readonly capabilities: readonly string[];
};
export type RefusedFrame = { readonly kind: "refused"; readonly code: Refusal; readonly message: string };

/** What a receiver holds of one history. `snapshot` is present while the history's first snapshot is incomplete, `beside` while another one is. */
export type Held = {
  readonly history: HistoryId;
  readonly offset: Offset;
  readonly replid: Replid;
  readonly snapshot?: HeldSnapshot;
  readonly beside?: HeldSnapshot;
};
export type HeldSnapshot = { readonly id: string; readonly chunks: number };
export type SubscribeFrame = {
  readonly kind: "subscribe";
  readonly stream: StreamId;
  readonly held: readonly Held[];
  readonly windowBytes: number;
  /** Of packed records, what the receiver can unpack; absent: nothing. */
  readonly codecs?: readonly string[];
};

export type SnapshotStart = { readonly id: string; readonly offset: Offset; readonly replid: Replid; readonly db: number };
export type StartFrame = {
  readonly kind: "start";
  readonly stream: StreamId;
  readonly history: HistoryId;
  readonly from: Offset;
  readonly snapshot?: SnapshotStart;
  readonly firstChunk: number;
  /** The snapshot belongs to the history that the receiver has, whose records go on. */
  readonly beside?: boolean;
};
export type RecordsFrame = { readonly kind: "records"; readonly stream: StreamId; readonly records: readonly Buffer[] };
/** Records one behind the other, each with a raw payload, packed together; `dictionary` counts those since the last Start. */
export type PackedRecordsFrame = {
  readonly kind: "packed-records";
  readonly stream: StreamId;
  readonly codec: "zstd";
  readonly rawBytes: number;
  readonly dictionary: number;
  readonly packed: Buffer;
};
export type SnapshotChunkFrame = {
  readonly kind: "snapshot-chunk";
  readonly stream: StreamId;
  readonly snapshotId: string;
  readonly chunk: Buffer;
  /** RDB bytes of the whole snapshot; absent while the origin does not know. */
  readonly rdbBytes?: number;
};
export type SnapshotEndFrame = { readonly kind: "snapshot-end"; readonly stream: StreamId; readonly snapshotId: string };
export type SnapshotAbortedFrame = { readonly kind: "snapshot-aborted"; readonly stream: StreamId; readonly snapshotId: string };

export type WireMark = { readonly offset: Offset; readonly atMs: number };
/** Of a region behind the receiver: times are the receiver's clock. */
export type BehindAck = {
  readonly region: string;
  readonly received?: WireMark;
  readonly durable?: WireMark;
  readonly applied?: WireMark;
};
export type AckFrame = {
  readonly kind: "ack";
  readonly stream: StreamId;
  readonly history?: HistoryId;
  readonly received?: WireMark;
  readonly durable?: WireMark;
  readonly applied?: WireMark;
  /** Cumulative since the subscription began. */
  readonly consumedBytes: number;
  /** Absent: nobody takes the stream from the receiver. */
  readonly behind?: readonly BehindAck[];
};
/** `from` is the least offset of a snapshot that is of use. */
export type SnapshotWantedFrame = { readonly kind: "snapshot-wanted"; readonly stream: StreamId; readonly from: Offset };

export type Head = { readonly stream: StreamId; readonly history: HistoryId; readonly offset: Offset };
export type PingFrame = { readonly kind: "ping"; readonly id: number; readonly sentAtMs: number; readonly heads: readonly Head[] };
export type PongFrame = {
  readonly kind: "pong";
  readonly id: number;
  readonly pingSentAtMs: number;
  readonly receivedAtMs: number;
  readonly sentAtMs: number;
};
export type ByeFrame = { readonly kind: "bye"; readonly reason: string };

export type Frame =
  | HelloFrame
  | ChallengeFrame
  | ProofFrame
  | WelcomeFrame
  | RefusedFrame
  | SubscribeFrame
  | StartFrame
  | RecordsFrame
  | PackedRecordsFrame
  | SnapshotChunkFrame
  | SnapshotEndFrame
  | SnapshotAbortedFrame
  | AckFrame
  | SnapshotWantedFrame
  | PingFrame
  | PongFrame
  | ByeFrame;

export type RecordFrame = RecordsFrame | PackedRecordsFrame;

/** What a frame takes of the credit window: records and chunks as they travel. */
export function creditOf(frame: Frame): number {
  switch (frame.kind) {
    case "records":
      return totalBytes(frame.records);
    case "packed-records":
      return frame.packed.length;
    case "snapshot-chunk":
      return frame.chunk.length;
    default:
      return 0;
  }
}

export function totalBytes(records: readonly Buffer[]): number {
  let bytes = 0;
  for (const record of records) bytes += record.length;
  return bytes;
}
