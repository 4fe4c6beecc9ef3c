import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDuration, parseSize } from "../../../src/topology/units.ts";

test.each([
  ["64MiB", 64 * 1024 * 1024],
  ["1.5KiB", 1536],
  ["10GiB", 10 * 1024 ** 3],
  ["2MB", 2_000_000],
  ["0B", 0],
])("%s is %i bytes", (text, bytes) => expect(parseSize(text)).toBe(bytes));

test.each([
  ["250ms", 250],
  ["5s", 5000],
  ["1.5m", 90_000],
  ["24h", 86_400_000],
  ["2d", 172_800_000],
])("%s is %i milliseconds", (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(["", "64", "MiB", "-1MiB", "64 MiB", "64mib", "64MiBs", "1e3B", "NaNB", "99999999TiB"])("%j is no size", (text) => {
  expect(parseSize(text)).toBeUndefined();
});

test.each(["", "5", "s", "-5s", "5 s", "5S", "5sec", "1h30m"])("%j is no duration", (text) => expect(parseDuration(text)).toBeUndefined());

test("whatever the text, the answer is a whole number that is not negative, or none", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{0,20}(\.\d{0,3})?(B|KiB|TB|ms|d)$/)), (text) => {
      for (const value of [parseSize(text), parseDuration(text)]) {
        if (value !== undefined) expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
      }
    }),
  );
});
