import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { HistoryId, Offset, type Replid, StreamId } from "../../../src/stream/position.ts";
import { decodeFrame, encodeFrame } from "../../../src/wire/codec.ts";
import { type Frame, MAX_FRAME_BYTES, REFUSALS } from "../../../src/wire/frames.ts";
import { causeway } from "../../../src/wire/generated/causeway.js";

const hexText = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((raw) => Buffer.from(raw).toString("hex"));
const stream = fc.tuple(fc.constantFrom("us-east", "eu-west", "a"), fc.nat(99_999)).map(([region, shard]) => StreamId.of(region, shard));
const history = hexText(8).map((text) => HistoryId.of(text));
const replid = hexText(20).map((text) => text as Replid);
const snapshotId = hexText(8);
const offset = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map((value) => Offset.of(value));
const time = fc.double({ min: 0, max: 8e15, noNaN: true });
const count = fc.maxSafeNat();
const u32 = fc.nat(0xffff_ffff);
const bytes = fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw));
const sentence = fc.string({ maxLength: 200 });
const mark = fc.record({ offset, atMs: time });
const heldSnapshot = fc.record({ id: snapshotId, chunks: u32 });

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ kind: fc.constant("hello"), version: u32, region: sentence, expectedRegion: sentence, nonce: bytes, topologyDigest: bytes }),
  fc.record({ kind: fc.constant("challenge"), nonce: bytes }),
  fc.record({ kind: fc.constant("proof"), mac: bytes }),
  fc.record({ kind: fc.constant("welcome"), mac: bytes, topologyDigest: bytes, capabilities: fc.array(sentence, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant("refused"), code: fc.constantFrom(...REFUSALS), message: sentence }),
  fc.record(
    {
      kind: fc.constant("subscribe"),
      stream,
      held: fc.array(
        fc.record(
          { history, offset, replid, snapshot: heldSnapshot, beside: heldSnapshot },
          { requiredKeys: ["history", "offset", "replid"] },
        ),
        { maxLength: 2 },
      ),
      windowBytes: count,
      codecs: fc.array(sentence, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ["kind", "stream", "held", "windowBytes"] },
  ),
  fc.record(
    {
      kind: fc.constant("start"),
      stream,
      history,
      from: offset,
      snapshot: fc.record({ id: snapshotId, offset, replid, db: u32 }),
      firstChunk: u32,
      beside: fc.constant(true),
    },
    { requiredKeys: ["kind", "stream", "history", "from", "firstChunk"] },
  ),
  fc.record({
    kind: fc.constant("packed-records"),
    stream,
    codec: fc.constant("zstd"),
    rawBytes: fc.nat(2 ** 20),
    dictionary: u32,
    packed: bytes,
  }),
  fc.record({ kind: fc.constant("records"), stream, records: fc.array(bytes, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant("snapshot-chunk"), stream, snapshotId, chunk: bytes }),
  fc.record({ kind: fc.constant("snapshot-end"), stream, snapshotId }),
  fc.record({ kind: fc.constant("snapshot-aborted"), stream, snapshotId }),
  fc.record({ kind: fc.constant("snapshot-wanted"), stream, from: offset }),
  fc.record(
    {
      ...{ kind: fc.constant("ack"), stream, history, received: mark, durable: mark, applied: mark, consumedBytes: count },
      behind: fc.array(fc.record({ region: sentence, received: mark, durable: mark, applied: mark }, { requiredKeys: ["region"] }), {
        minLength: 1,
        maxLength: 3,
      }),
    },
    { requiredKeys: ["kind", "stream", "consumedBytes"] },
  ),
  fc.record({
    kind: fc.constant("ping"),
    id: u32,
    sentAtMs: time,
    heads: fc.array(fc.record({ stream, history, offset }), { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("pong"), id: u32, pingSentAtMs: time, receivedAtMs: time, sentAtMs: time }),
  fc.record({ kind: fc.constant("bye"), reason: sentence }),
) as fc.Arbitrary<Frame>;

function codeOf(action: () => unknown): string {
  try {
    action();
    return "accepted";
  } catch (error) {
    return error instanceof GatewayError ? error.code : `foreign: ${error}`;
  }
}

describe("frames", () => {
  test("each frame survives the wire, offsets up to 2^63-1 included", () => {
    fc.assert(
      fc.property(frame, (original) => {
        expect(decodeFrame(encodeFrame(original))).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });

  test("payloads are views of the received message", () => {
    const message = encodeFrame({
      kind: "records",
      stream: StreamId.of("us-east"),
      records: [Buffer.alloc(1000, 1), Buffer.alloc(2000, 2)],
    });
    const decoded = decodeFrame(message);
    if (decoded.kind !== "records") throw new Error(decoded.kind);
    for (const record of decoded.records) {
      expect(Buffer.isBuffer(record)).toBe(true);
      expect(record.buffer).toBe(message.buffer);
    }
  });

  test("whatever the bytes, the outcome is a frame or FRAME_MALFORMED", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (raw) => {
        expect(["accepted", "FRAME_MALFORMED"]).toContain(codeOf(() => decodeFrame(Buffer.from(raw))));
      }),
      { numRuns: 2000 },
    );
  });

  test("a frame damaged or cut anywhere is a frame or FRAME_MALFORMED", () => {
    fc.assert(
      fc.property(frame, fc.nat(), fc.nat(255), (original, position, value) => {
        const message = encodeFrame(original);
        const at = position % (message.length + 1);
        const damaged = Buffer.from(message);
        if (at < damaged.length) damaged[at] = value;
        expect(["accepted", "FRAME_MALFORMED"]).toContain(codeOf(() => decodeFrame(damaged)));
        expect(["accepted", "FRAME_MALFORMED"]).toContain(codeOf(() => decodeFrame(message.subarray(0, at))));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ["no body", {}],
    ["a stream name from elsewhere", { snapshotEnd: { stream: "../etc/passwd", snapshotId: "00112233aabbccdd" } }],
    ["a snapshot id that is no id", { snapshotEnd: { stream: "us-east/0", snapshotId: "../../x" } }],
    ["a history id of another length", { start: { stream: "us-east/0", history: "00", from: 0 } }],
    [
      "a replid of another length",
      { subscribe: { stream: "us-east/0", held: [{ history: "00112233aabbccdd", replid: Buffer.alloc(19) }] } },
    ],
    [
      "three histories held",
      { subscribe: { stream: "us-east/0", held: [1, 2, 3].map(() => ({ history: "00112233aabbccdd", replid: Buffer.alloc(20) })) } },
    ],
    ["an offset beyond 2^63-1", { ack: { stream: "us-east/0", received: { offset: { low: 0, high: -1, unsigned: true } as never } } }],
    ["a count beyond 2^53", { ack: { stream: "us-east/0", consumedBytes: { low: 0, high: 1 << 30, unsigned: true } as never } }],
    ["a time that is not a number", { pong: { receivedAtMs: Number.NaN } }],
    ["an unknown refusal", { refused: { code: 99 } }],
    ["a sentence without end", { bye: { reason: "x".repeat(1025) } }],
  ])("%s is FRAME_MALFORMED", (_, body) => {
    expect(codeOf(() => decodeFrame(Buffer.from(causeway.v1.Frame.encode(body).finish())))).toBe("FRAME_MALFORMED");
  });

  test("BOUNDED: a frame of more than 8192 records is FRAME_MALFORMED, however small they are", () => {
    const frameOf = (count: number) => {
      const records = { stream: "us-east/0", records: Array.from({ length: count }, () => Buffer.of(0)) };
      return Buffer.from(causeway.v1.Frame.encode({ records }).finish());
    };
    expect(decodeFrame(frameOf(8192))).toMatchObject({ kind: "records" });
    expect(codeOf(() => decodeFrame(frameOf(8193)))).toBe("FRAME_MALFORMED");
  });

  test("a message larger than allowed is not even read", () => {
    expect(codeOf(() => decodeFrame(Buffer.alloc(MAX_FRAME_BYTES + 1)))).toBe("FRAME_MALFORMED");
  });
});
