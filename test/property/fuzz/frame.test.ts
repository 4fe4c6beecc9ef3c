/** Frames of a link: valid ones whose varints, lengths and nesting were changed. */
import { expect } from "vitest";
import { HistoryId, MAX_OFFSET, Offset, Replid, StreamId } from "../../../src/stream/position.ts";
import { decodeFrame, encodeFrame } from "../../../src/wire/codec.ts";
import type { Frame } from "../../../src/wire/frames.ts";
import { causeway } from "../../../src/wire/generated/causeway.js";
import { fuzz, outcomeOf } from "../../support/fuzz.ts";
import { EXTREMES, mutateBytes, mutateNumber } from "../../support/mutate.ts";
import type { Random } from "../../support/random.ts";

const STREAM = StreamId.of("us-east");
const HISTORY = HistoryId.of("9f86d081884c7d65");
const REPLID = Replid.of("a".repeat(40));
const SNAPSHOT = "5feceb66ffc86f38";
const MARK = { offset: Offset.of(5), atMs: 1_700_000_000_000 };

const FRAMES: readonly Frame[] = [
  { kind: "hello", version: 1, region: "eu-west", expectedRegion: "us-east", nonce: Buffer.alloc(32), topologyDigest: Buffer.alloc(32) },
  { kind: "challenge", nonce: Buffer.alloc(32, 1) },
  { kind: "proof", mac: Buffer.alloc(32, 2) },
  { kind: "welcome", mac: Buffer.alloc(32, 3), topologyDigest: Buffer.alloc(32), capabilities: ["one", "two"] },
  { kind: "refused", code: "busy", message: "later" },
  {
    kind: "subscribe",
    stream: STREAM,
    held: [
      { history: HISTORY, offset: MAX_OFFSET as Offset, replid: REPLID, snapshot: { id: SNAPSHOT, chunks: 7 } },
      { history: HISTORY, offset: Offset.of(0), replid: REPLID },
    ],
    windowBytes: 2 ** 53 - 1,
    codecs: ["zstd"],
  },
  {
    ...{ kind: "start", stream: STREAM, history: HISTORY, from: Offset.of(9), firstChunk: 3 },
    snapshot: { id: SNAPSHOT, offset: Offset.of(2n ** 62n), replid: REPLID, db: 2 ** 32 - 1 },
  },
  { kind: "records", stream: STREAM, records: [Buffer.alloc(80, 1), Buffer.alloc(90, 2)] },
  { kind: "packed-records", stream: STREAM, codec: "zstd", rawBytes: 2 ** 20, dictionary: 2 ** 32 - 1, packed: Buffer.alloc(60, 3) },
  { kind: "snapshot-chunk", stream: STREAM, snapshotId: SNAPSHOT, chunk: Buffer.alloc(50) },
  { kind: "snapshot-end", stream: STREAM, snapshotId: SNAPSHOT },
  { kind: "snapshot-aborted", stream: STREAM, snapshotId: SNAPSHOT },
  { kind: "ack", stream: STREAM, history: HISTORY, received: MARK, durable: MARK, applied: MARK, consumedBytes: 2 ** 40 },
  { kind: "ack", stream: STREAM, history: HISTORY, received: MARK, consumedBytes: 0, behind: [{ region: "eu-north", applied: MARK }] },
  { kind: "snapshot-wanted", stream: STREAM, from: Offset.of(7) },
  { kind: "ping", id: 2 ** 32 - 1, sentAtMs: 1, heads: [{ stream: STREAM, history: HISTORY, offset: Offset.of(1) }] },
  { kind: "pong", id: 1, pingSentAtMs: 1, receivedAtMs: 8.64e15, sentAtMs: 0 },
  { kind: "bye", reason: "tired" },
];

/** Tag and length or number as protobuf writes them: also fields of another type, unknown ones and groups. */
function field(random: Random): Buffer {
  const varint = (value: bigint): number[] => {
    const bytes: number[] = [];
    for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
      bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
      if (rest <= 0x7fn) return bytes;
    }
  };
  return Buffer.from([random.between(0, 130), ...varint(random.pick(EXTREMES)), ...(random.chance(0.1) ? Array(12).fill(0xff) : [])]);
}

function damaged(random: Random): Buffer {
  let bytes = encodeFrame(random.pick(FRAMES));
  for (let left = random.between(1, 4); left > 0; left--) {
    const at = random.between(0, bytes.length);
    const choice = random.between(0, 3);
    if (choice === 0) bytes = Buffer.concat([bytes.subarray(0, at), field(random), bytes.subarray(at)]);
    else if (choice === 1) bytes = mutateNumber(bytes, random, [{ at, bytes: 1 }]);
    else bytes = mutateBytes(bytes, random, encodeFrame(random.pick(FRAMES)));
  }
  return random.chance(0.002) ? Buffer.alloc(random.between(1, 1_000_000), random.pick([0x0b, 0x7a, 0x42, 0x6a])) : bytes;
}

fuzz(
  "a damaged frame is a frame that can be sent again, or FRAME_MALFORMED",
  (random) => {
    const bytes = damaged(random);
    let frame: Frame | undefined;
    expect(["fine", "FRAME_MALFORMED"]).toContain(
      outcomeOf(() => {
        frame = decodeFrame(bytes);
      }),
    );
    // Whatever was let in is within what we ourselves would say.
    if (frame !== undefined && frame.kind !== "records") expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
  },
  { runs: 1000 },
);

/** Numbers and texts by themselves, past the encoder's own checks. */
fuzz("a frame of extreme numbers is a frame or FRAME_MALFORMED", (random) => {
  const number = () => Number(random.pick(EXTREMES));
  const int64 = () => {
    const value = BigInt.asUintN(64, random.pick(EXTREMES));
    return { low: Number(value & 0xffff_ffffn) | 0, high: Number(value >> 32n) | 0, unsigned: true } as never;
  };
  const time = () => random.pick([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300, -0, 2 ** 63, 5e-324, number()]);
  const mark = () => ({ offset: int64(), atMs: time() });
  const name = { stream: STREAM, history: HISTORY, snapshotId: SNAPSHOT };
  const held = () => ({ history: HISTORY, offset: int64(), replid: Buffer.alloc(20), snapshot: { id: SNAPSHOT, chunks: number() >>> 0 } });
  const body = random.pick<causeway.v1.Frame.$Properties>([
    { ack: { ...name, received: mark(), durable: mark(), applied: mark(), consumedBytes: int64() } },
    { start: { ...name, from: int64(), firstChunk: number() >>> 0, snapshot: { ...held(), db: number() >>> 0 } as never } },
    { subscribe: { ...name, held: [held(), held()], windowBytes: int64() } },
    { ping: { id: 1, sentAtMs: time(), heads: [{ ...name, offset: int64() }] } },
    { pong: { id: 1, pingSentAtMs: time(), receivedAtMs: time(), sentAtMs: time() } },
  ]);
  const bytes = Buffer.from(causeway.v1.Frame.encode(body).finish());
  expect(["fine", "FRAME_MALFORMED"]).toContain(outcomeOf(() => decodeFrame(bytes)));
});
