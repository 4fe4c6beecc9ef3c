import fc from "fast-check";
import { expect, test } from "vitest";
import { AckBound } from "../../../src/source/ack-bound.ts";
import { Offset } from "../../../src/stream/position.ts";

const LAG_MS = 5_000;

test("what was there before the connection counts as old", () => {
  const bound = new AckBound({ lagMs: LAG_MS }, Offset.of(100));
  expect([bound.isExceeded(Offset.of(99), 0), bound.isExceeded(Offset.of(100), 0)]).toEqual([true, false]);
});

test("it is exceeded when, and only when, what the other region lacks was there a bound ago, to one observation exact", () => {
  const steps = fc.array(fc.record({ waitMs: fc.integer({ min: 1, max: 2_000 }), bytes: fc.nat(50) }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.nat(2_000), (plan, there) => {
      const bound = new AckBound({ lagMs: LAG_MS }, Offset.of(0));
      const seen = [{ atMs: Number.NEGATIVE_INFINITY, end: 0 }];
      let nowMs = 0;
      for (const { waitMs, bytes } of plan) {
        nowMs += waitMs;
        const end = seen.at(-1)!.end + bytes;
        seen.push({ atMs: nowMs, end });
        bound.observe(Offset.of(end), nowMs);
        const lacked = seen.some(({ atMs, end: then }) => nowMs - atMs >= LAG_MS && then > there);
        expect(bound.isExceeded(Offset.of(there), nowMs)).toBe(lacked);
      }
    }),
  );
});
