import fc from "fast-check";
import { expect, test } from "vitest";
import { SlidingHistogram } from "../../../src/lag/histogram.ts";

const NOW = 1_700_000_000_000;

test("nothing is said before the first measurement", () => {
  expect(new SlidingHistogram().quantiles(NOW)).toBeUndefined();
});

test("quantiles lie in order, within 5 % of the true value, and never above the largest", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e8, noNaN: true }), { minLength: 1, maxLength: 400 }), (values) => {
      const histogram = new SlidingHistogram();
      for (const value of values) histogram.add(value, NOW);
      const { last, p50, p99, max } = histogram.quantiles(NOW)!;
      const sorted = values.toSorted((a, b) => a - b);
      const isNear = (estimate: number, truth: number) =>
        estimate >= Math.min(truth, max) - 1e-9 && estimate <= Math.max(truth * 1.051, 0.0101);
      expect(last).toBe(values.at(-1));
      expect(max).toBe(sorted.at(-1));
      expect(p50 <= p99 && p99 <= max).toBe(true);
      expect(isNear(p50, sorted[Math.ceil(sorted.length * 0.5) - 1]!)).toBe(true);
      expect(isNear(p99, sorted[Math.ceil(sorted.length * 0.99) - 1]!)).toBe(true);
    }),
  );
});

test("what is older than a minute no longer counts, only the last value stays", () => {
  const histogram = new SlidingHistogram();
  histogram.add(500, NOW);
  histogram.add(7, NOW + 30_000);
  expect(histogram.quantiles(NOW + 30_000)?.max).toBe(500);
  expect(histogram.quantiles(NOW + 65_000)).toMatchObject({ max: 7 });
  expect(histogram.quantiles(NOW + 200_000)).toMatchObject({ last: 7, p50: 0, p95: 0, p99: 0, max: 0, over15m: { max: 500 } });
});
