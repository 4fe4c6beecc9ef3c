import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Checkpoint, checkpointKey, formatCheckpoint, parseCheckpoint } from "../../../src/delivery/write/target/checkpoint.ts";
import { HistoryId, Offset, Replid, StreamId } from "../../../src/stream/position.ts";

const hex = (length: number) => fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });

const checkpoints: fc.Arbitrary<Checkpoint> = fc.record({
  state: fc.constantFrom("loading", "streaming", "diverged"),
  history: hex(16).map(HistoryId.of),
  offset: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map(Offset.of),
  db: fc.nat(16_000),
  replid: hex(40).map(Replid.of),
  snapshotId: fc.option(hex(16), { nil: undefined }),
  rdbOffset: fc.nat(),
  writer: hex(16),
  readAtMs: fc.nat(),
  guardMs: fc.nat(),
});

describe("checkpoint", () => {
  test("reads back what it wrote, and equal checkpoints are equal bytes", () => {
    fc.assert(
      fc.property(checkpoints, (checkpoint) => {
        const text = formatCheckpoint(checkpoint);
        expect(parseCheckpoint(text)).toEqual(checkpoint);
        expect(formatCheckpoint(parseCheckpoint(text))).toBe(text);
      }),
    );
  });

  test("anything else is refused, never repaired", () => {
    const [sample] = fc.sample(checkpoints, { numRuns: 1, seed: 1 });
    const text = formatCheckpoint(sample!);
    for (const broken of [
      "",
      "hello",
      `${text} `,
      text.slice(0, -1).replace(/read=.*/, "read="),
      text.replace("causeway/1", "causeway/2"),
    ]) {
      expect(() => parseCheckpoint(broken)).toThrow(expect.objectContaining({ code: "CHECKPOINT_CONFLICT" }));
    }
  });

  test("the key names the stream and is plain ASCII", () => {
    expect(checkpointKey(StreamId.of("us-east", 0))).toBe("causeway:checkpoint:{us-east/0}");
  });
});
