import fc from "fast-check";
import { expect, test } from "vitest";
import { Gathering } from "../../../src/source/gathering.ts";

const READ_BYTES = 1024 * 1024;
const KIB = 1024;

/** What is waited after the last of some reads, each given as bytes and the milliseconds since the one before. */
function waitAfter(...reads: readonly (readonly [bytes: number, sinceMs: number])[]): number {
  const gathering = new Gathering({ readBytes: READ_BYTES });
  let nowMs = 1_000;
  let waitMs = 0;
  for (const [bytes, sinceMs] of reads) {
    nowMs += sinceMs;
    waitMs = gathering.waitMs(bytes, nowMs);
  }
  return waitMs;
}

test("a small read never waits, however fast it follows", () => {
  expect(waitAfter([8 * KIB, 0])).toBe(0);
  expect(waitAfter([900 * KIB, 0], [8 * KIB, 0])).toBe(0);
});

test("at 200,000 small writes a second a read waits 2 ms for what follows it", () => {
  expect(waitAfter([60 * KIB, 2], [57 * KIB, 2])).toBe(2);
});

test("the first read after a silence is no flood, however large", () => {
  expect(waitAfter([500 * KIB, 60_000])).toBe(2);
});

test("a flood waits up to 8 ms, less when that would bring more than half of what one read takes", () => {
  expect(waitAfter([300 * KIB, 8], [300 * KIB, 8])).toBe(8);
  expect(waitAfter([512 * KIB, 4], [512 * KIB, 4])).toBe(4);
  expect(waitAfter([1024 * KIB, 1], [1024 * KIB, 1])).toBe(0);
});

test("whatever the rate, what comes during a wait fits one read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: READ_BYTES }), fc.double({ min: 0, max: 1_000, noNaN: true }), (bytes, sinceMs) => {
      const waitMs = waitAfter([1, 0], [bytes, sinceMs]);
      if (waitMs > 0) expect((bytes / sinceMs) * waitMs).toBeLessThanOrEqual(READ_BYTES);
    }),
  );
});
