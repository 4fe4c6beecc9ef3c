import fc from "fast-check";
import { expect, test } from "vitest";
import { unpackLzf } from "../../../src/bytes/lzf.ts";
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
