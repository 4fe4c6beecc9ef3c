import fc from "fast-check";
import { expect, test } from "vitest";
import { LzfPieces, unpackLzf, unpackLzfTo } from "../../../src/bytes/lzf.ts";
import type { GatewayError } from "../../../src/errors.ts";

test("literals, copies, long copies and copies that overlap themselves", () => {
  expect(unpackLzf(Buffer.from("\x02abc"), 3).toString()).toBe("abc");
  expect(unpackLzf(Buffer.from([2, 97, 98, 99, 0x20, 2]), 6).toString()).toBe("abcabc");
  expect(unpackLzf(Buffer.from([0, 97, 0xe0, 10, 0]), 20).toString()).toBe("a".repeat(20));
});

test.each([
  ["a literal beyond the input", [5, 97], 6],
  ["a literal beyond the output", [1, 97, 98], 1],
  ["a copy from before the beginning", [0, 97, 0x20, 1], 4],
  ["a copy beyond the output", [0, 97, 0x20, 0], 3],
  ["a copy without a distance", [0, 97, 0x20], 4],
  ["a long copy without a length", [0, 97, 0xe0], 4],
  ["an output that is not filled", [0, 97], 2],
])("%s is malformed", (_, packed, rawBytes) => {
  expect(() => unpackLzf(Buffer.from(packed), rawBytes)).toThrowError(expect.objectContaining({ code: "RDB_MALFORMED" }));
});

test("garbage decodes to the declared size or is malformed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(200), (packed, rawBytes) => {
      try {
        expect(unpackLzf(Buffer.from(packed), rawBytes)).toHaveLength(rawBytes);
      } catch (error) {
        expect((error as GatewayError).code).toBe("RDB_MALFORMED");
      }
    }),
  );
});

test("in pieces it decodes to the same, or is malformed alike, however it is cut", () => {
  const outcome = (decode: () => Buffer) => {
    try {
      return decode().toString("hex");
    } catch (error) {
      return (error as GatewayError).code;
    }
  };
  const inPieces = (packed: Buffer, rawBytes: number, cut: number) => {
    const pieces = new LzfPieces(rawBytes);
    const out: Buffer[] = [];
    for (let at = 0; at < packed.length; at += cut) out.push(...pieces.push(packed.subarray(at, at + cut)));
    return pieces.isDone ? Buffer.concat(out) : unpackLzf(Buffer.alloc(0), 1);
  };
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(200), fc.integer({ min: 1, max: 20 }), (bytes, size, cut) => {
      const packed = Buffer.from(bytes);
      const rawBytes = Math.min(size, packed.length * 80);
      expect(outcome(() => inPieces(packed, rawBytes, cut))).toBe(outcome(() => unpackLzf(packed, rawBytes)));
    }),
  );
  // Longer than the window and than a piece.
  const long = Buffer.concat([Buffer.from([1, 97, 98]), ...Array.from({ length: 2_000 }, () => Buffer.from([0xe0, 200, 1]))]);
  const rawBytes = 2 + 2_000 * 209;
  expect(inPieces(long, rawBytes, 7).equals(unpackLzf(long, rawBytes))).toBe(true);
  // As far back as a copy reaches, across many pieces.
  const literals = Array.from({ length: 256 }, (_, index) => Buffer.from([31, ...Array.from({ length: 32 }, (_, at) => index ^ (at * 7))]));
  const far = Buffer.concat([...literals, ...Array.from({ length: 1_000 }, () => Buffer.from([0xff, 0xff, 0xff]))]);
  const farBytes = 8_192 + 1_000 * 264;
  for (const cut of [7, far.length]) expect(inPieces(far, farBytes, cut).equals(unpackLzf(far, farBytes))).toBe(true);
});

test("into the middle of a buffer it writes the same and nothing else, and no copy reaches what stands before", () => {
  const inPlace = (packed: Buffer, rawBytes: number): Buffer => {
    const raw = Buffer.alloc(rawBytes + 20, 0x55);
    unpackLzfTo(raw, { packed: Buffer.concat([Buffer.of(1, 2, 3), packed]), from: 3, at: 9, rawBytes });
    expect(raw.subarray(0, 9).every((byte) => byte === 0x55) && raw.subarray(9 + rawBytes).every((byte) => byte === 0x55)).toBe(true);
    return raw.subarray(9, 9 + rawBytes);
  };
  const malformed = expect.objectContaining({ code: "RDB_MALFORMED" });
  expect(inPlace(Buffer.from([2, 97, 98, 99, 0x20, 2]), 6).toString()).toBe("abcabc");
  for (const [packed, rawBytes] of [
    [[0, 97, 0x20, 1], 4],
    [[5, 97], 6],
    [[1, 97, 98], 1],
    [[0, 97, 0x20, 0], 3],
    [[0, 97], 2],
  ] as const) {
    expect(() => inPlace(Buffer.from(packed), rawBytes)).toThrowError(malformed);
  }
  expect(() => unpackLzfTo(Buffer.alloc(4), { packed: Buffer.from([2, 97, 98, 99]), from: 0, at: 2, rawBytes: 3 })).toThrowError(malformed);
});
