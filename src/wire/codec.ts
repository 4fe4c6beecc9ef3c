/**
 * Frames to bytes and back. Whatever cannot be read is FRAME_MALFORMED. Payloads are views of the received message,
 * not copies; records and chunks inside are not looked at here: their own decoders check them.
 */
import { GatewayError, wrapError } from "../errors.ts";
import { HistoryId, type Replid, StreamId } from "../stream/position.ts";
import { MAX_RECORD_BYTES } from "../stream/record.ts";
import {
  type AckFrame,
  type Frame,
  type Held,
  type HeldSnapshot,
  MAX_FRAME_BYTES,
  REFUSALS,
  type StartFrame,
  type WireMark,
} from "./frames.ts";
import { causeway } from "./generated/causeway.js";
import { CODEC_ZSTD, encodePayloadFrame, type PayloadFrame } from "./payload-frames.ts";
import {
  type Int64,
  malformed,
  readAll,
  readCount,
  readNumber,
  readOffset,
  readReplid,
  readSnapshotId,
  readText,
  readTime,
  wireInt64,
} from "./scalars.ts";

const Wire = causeway.v1.Frame;
type Wire = causeway.v1.Frame;

const MAX_RECORDS_PER_FRAME = 8192;
const MAX_HEADS = 4096;
const MAX_CAPABILITIES = 64;
/** Regions of one topology, which is a file of 256 KiB at most. */
const MAX_BEHIND = 1024;
const MAX_SENTENCE_CHARS = 1024;

/** Copies payloads once, into the frame. `room` says where one with payloads is to lie; it is asked once for each of those, and for no other. */
export function encodeFrame(frame: Frame, room: (bytes: number) => Buffer = Buffer.allocUnsafe): Buffer {
  const bytes = carriesPayload(frame) ? encodePayloadFrame(frame, room) : Wire.encode(toWire(frame)).finish();
  if (bytes.length > MAX_FRAME_BYTES) {
    throw new GatewayError("INVARIANT", "a frame is larger than allowed", { details: { kind: frame.kind, bytes: bytes.length } });
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function carriesPayload(frame: Frame): frame is PayloadFrame {
  return frame.kind === "records" || frame.kind === "snapshot-chunk" || frame.kind === "packed-records";
}

/** Throws FRAME_MALFORMED. `bytes` stays alive as long as a payload of the frame does. */
export function decodeFrame(bytes: Buffer): Frame {
  if (bytes.length > MAX_FRAME_BYTES) throw malformed("larger than allowed", { bytes: bytes.length });
  try {
    return fromWire(Wire.decode(bytes));
  } catch (cause) {
    if (cause instanceof GatewayError && cause.code !== "FRAME_MALFORMED") throw malformed(cause.message);
    throw wrapError("FRAME_MALFORMED", "a frame cannot be read", cause);
  }
}

function toWire(frame: Exclude<Frame, PayloadFrame>): causeway.v1.Frame.$Properties {
  switch (frame.kind) {
    case "hello":
      return { hello: frame };
    case "challenge":
      return { challenge: frame };
    case "proof":
      return { proof: frame };
    case "welcome":
      return { welcome: { mac: frame.mac, topologyDigest: frame.topologyDigest, capabilities: [...frame.capabilities] } };
    case "refused":
      return { refused: { code: REFUSALS.indexOf(frame.code), message: frame.message.slice(0, MAX_SENTENCE_CHARS) } };
    case "subscribe":
      return {
        subscribe: {
          stream: frame.stream,
          held: frame.held.map(heldToWire),
          windowBytes: frame.windowBytes,
          codecs: [...(frame.codecs ?? [])],
        },
      };
    case "start":
      return {
        start: {
          stream: frame.stream,
          history: frame.history,
          from: wireInt64(frame.from),
          snapshot: frame.snapshot
            ? { ...frame.snapshot, offset: wireInt64(frame.snapshot.offset), replid: hex(frame.snapshot.replid) }
            : null,
          firstChunk: frame.firstChunk,
          beside: frame.beside ?? false,
        },
      };
    case "snapshot-end":
      return { snapshotEnd: { stream: frame.stream, snapshotId: frame.snapshotId } };
    case "snapshot-aborted":
      return { snapshotAborted: { stream: frame.stream, snapshotId: frame.snapshotId } };
    case "ack":
      return {
        ack: {
          stream: frame.stream,
          history: frame.history ?? "",
          ...marksToWire(frame),
          consumedBytes: frame.consumedBytes,
          behind: (frame.behind ?? []).map(({ region, ...marks }) => ({ region, ...marksToWire(marks) })),
        },
      };
    case "snapshot-wanted":
      return { snapshotWanted: { stream: frame.stream, from: wireInt64(frame.from) } };
    case "ping":
      return {
        ping: { id: frame.id, sentAtMs: frame.sentAtMs, heads: frame.heads.map((head) => ({ ...head, offset: wireInt64(head.offset) })) },
      };
    case "pong":
      return { pong: frame };
    case "bye":
      return { bye: { reason: frame.reason.slice(0, MAX_SENTENCE_CHARS) } };
  }
}

function fromWire(wire: Wire): Frame {
  if (wire.records) {
    const { stream, records } = wire.records;
    if (records.length > MAX_RECORDS_PER_FRAME) throw malformed("too many records");
    return { kind: "records", stream: StreamId.parse(stream), records: records as Buffer[] };
  }
  if (wire.packedRecords) {
    const { stream, codec, rawBytes, dictionary, packed } = wire.packedRecords;
    if (codec !== CODEC_ZSTD) throw malformed("packed by an unknown codec", { codec });
    if (rawBytes > MAX_RECORD_BYTES) throw malformed("packed records are too large", { rawBytes });
    return { kind: "packed-records", stream: StreamId.parse(stream), codec: "zstd", rawBytes, dictionary, packed: packed as Buffer };
  }
  if (wire.ack) return ackFromWire(wire.ack);
  if (wire.snapshotChunk) {
    const { chunk, rdbBytes } = wire.snapshotChunk;
    const known = readCount(rdbBytes);
    return { kind: "snapshot-chunk", ...snapshotName(wire.snapshotChunk), chunk: chunk as Buffer, ...(known > 0 && { rdbBytes: known }) };
  }
  if (wire.ping) {
    const heads = readAll(wire.ping.heads, MAX_HEADS, ({ stream, history, offset }) => ({
      stream: StreamId.parse(stream ?? ""),
      history: HistoryId.of(history ?? ""),
      offset: readOffset(offset),
    }));
    return { kind: "ping", id: wire.ping.id, sentAtMs: readTime(wire.ping.sentAtMs), heads };
  }
  if (wire.pong) {
    const { id, pingSentAtMs, receivedAtMs, sentAtMs } = wire.pong;
    return { kind: "pong", id, pingSentAtMs: readTime(pingSentAtMs), receivedAtMs: readTime(receivedAtMs), sentAtMs: readTime(sentAtMs) };
  }
  if (wire.subscribe) {
    const { stream, held, windowBytes, codecs } = wire.subscribe;
    return {
      kind: "subscribe",
      stream: StreamId.parse(stream),
      held: readAll(held, 2, heldFromWire),
      windowBytes: readCount(windowBytes),
      ...(codecs.length > 0 && { codecs: readAll(codecs, MAX_CAPABILITIES, (name) => readText(name)) }),
    };
  }
  if (wire.start) return startFromWire(wire.start);
  if (wire.snapshotWanted) {
    const { stream, from } = wire.snapshotWanted;
    return { kind: "snapshot-wanted", stream: StreamId.parse(stream), from: readOffset(from) };
  }
  if (wire.snapshotEnd) return { kind: "snapshot-end", ...snapshotName(wire.snapshotEnd) };
  if (wire.snapshotAborted) return { kind: "snapshot-aborted", ...snapshotName(wire.snapshotAborted) };
  if (wire.bye) return { kind: "bye", reason: readText(wire.bye.reason, MAX_SENTENCE_CHARS) };
  return handshakeFromWire(wire);
}

function handshakeFromWire(wire: Wire): Frame {
  if (wire.hello) {
    const { version, region, expectedRegion, nonce, topologyDigest } = wire.hello;
    return {
      kind: "hello",
      version,
      region: readText(region),
      expectedRegion: readText(expectedRegion),
      nonce: nonce as Buffer,
      topologyDigest: topologyDigest as Buffer,
    };
  }
  if (wire.challenge) return { kind: "challenge", nonce: wire.challenge.nonce as Buffer };
  if (wire.proof) return { kind: "proof", mac: wire.proof.mac as Buffer };
  if (wire.welcome) {
    const { mac, topologyDigest, capabilities } = wire.welcome;
    return {
      kind: "welcome",
      mac: mac as Buffer,
      topologyDigest: topologyDigest as Buffer,
      capabilities: readAll(capabilities, MAX_CAPABILITIES, (name) => readText(name)),
    };
  }
  if (wire.refused) {
    const code = REFUSALS[wire.refused.code];
    if (code === undefined) throw malformed("unknown refusal", { code: wire.refused.code });
    return { kind: "refused", code, message: readText(wire.refused.message, MAX_SENTENCE_CHARS) };
  }
  throw malformed("no known body");
}

function heldToWire(held: Held): causeway.v1.Held.$Properties {
  const { history, snapshot = null, beside = null } = held;
  return { history, offset: wireInt64(held.offset), replid: hex(held.replid), snapshot, beside };
}

function heldFromWire({ history, offset, replid, snapshot, beside }: causeway.v1.Held.$Properties): Held {
  const held = { history: HistoryId.of(history ?? ""), offset: readOffset(offset), replid: readReplid(replid) };
  return {
    ...held,
    ...(snapshot && { snapshot: heldSnapshotFromWire(snapshot) }),
    ...(beside && { beside: heldSnapshotFromWire(beside) }),
  };
}

function heldSnapshotFromWire({ id, chunks }: causeway.v1.HeldSnapshot.$Properties): HeldSnapshot {
  return { id: readSnapshotId(id), chunks: readNumber(chunks) };
}

function startFromWire({ stream, history, from, snapshot, firstChunk, beside }: causeway.v1.Start): StartFrame {
  return {
    kind: "start",
    stream: StreamId.parse(stream),
    history: HistoryId.of(history),
    from: readOffset(from),
    firstChunk,
    ...(beside && { beside }),
    ...(snapshot && {
      snapshot: {
        id: readSnapshotId(snapshot.id),
        offset: readOffset(snapshot.offset),
        replid: readReplid(snapshot.replid),
        db: readNumber(snapshot.db),
      },
    }),
  };
}

function snapshotName({ stream, snapshotId }: { stream: string; snapshotId: string }): { stream: StreamId; snapshotId: string } {
  return { stream: StreamId.parse(stream), snapshotId: readSnapshotId(snapshotId) };
}

function ackFromWire({ stream, history, consumedBytes, behind, ...marks }: causeway.v1.Ack): AckFrame {
  return {
    kind: "ack",
    stream: StreamId.parse(stream),
    ...(history !== "" && { history: HistoryId.of(history) }),
    ...marksFromWire(marks),
    consumedBytes: readCount(consumedBytes),
    ...(behind.length > 0 && {
      behind: readAll(behind, MAX_BEHIND, ({ region, ...own }) => ({ region: readText(region ?? ""), ...marksFromWire(own) })),
    }),
  };
}

type Marks = { readonly received?: WireMark; readonly durable?: WireMark; readonly applied?: WireMark };

function marksToWire({ received, durable, applied }: Marks) {
  return { received: markToWire(received), durable: markToWire(durable), applied: markToWire(applied) };
}

type WireMarks = { readonly [stage in keyof Marks]?: { offset?: Int64; atMs?: number } | null };

function marksFromWire({ received, durable, applied }: WireMarks): Marks {
  return {
    ...(received && { received: markFromWire(received) }),
    ...(durable && { durable: markFromWire(durable) }),
    ...(applied && { applied: markFromWire(applied) }),
  };
}

function markToWire(mark: WireMark | undefined): causeway.v1.Mark.$Properties | null {
  return mark ? { offset: wireInt64(mark.offset), atMs: mark.atMs } : null;
}

function markFromWire({ offset, atMs }: { offset?: Int64; atMs?: number }): WireMark {
  return { offset: readOffset(offset), atMs: readTime(atMs) };
}

function hex(replid: Replid): Buffer {
  return Buffer.from(replid, "hex");
}
