import fc from "fast-check";
import { expect, test } from "vitest";
import { Gathering } from "../../../src/source/gathering.ts";

const READ_BYTES = 1024 * 1024;
const KIB = 1024;

/** Of a small write. */
const COMMAND_BYTES = 144;

/** What is waited after the last of some reads, each given as bytes of small writes and the milliseconds since the one before. */
function waitAfter(...reads: readonly (readonly [bytes: number, sinceMs: number, commandBytes?: number])[]): number {
  const gathering = new Gathering({ readBytes: READ_BYTES });
  let nowMs = 1_000;
  let waitMs = 0;
  for (const [bytes, sinceMs, commandBytes = COMMAND_BYTES] of reads) {
    nowMs += sinceMs;
    waitMs = gathering.waitMs(bytes, bytes / commandBytes, nowMs);
  }
  return waitMs;
}

function steady(bytes: number, sinceMs: number): readonly (readonly [number, number])[] {
  return Array.from({ length: 500 }, () => [bytes, sinceMs] as const);
}

test.each([
  [9, 1.2],
  [18, 2.4],
  [28, 1],
  [110, 4],
])("below a flood nothing waits, however large a read is: %i KiB each %d ms", (kib, everyMs) => {
  expect(waitAfter(...steady(kib * KIB, everyMs))).toBe(0);
});

test("what comes at once after a silence is no flood", () => {
  expect(waitAfter([READ_BYTES, 60_000])).toBe(0);
  expect(waitAfter(...steady(9 * KIB, 1), [300 * KIB, 60_000], [300 * KIB, 1])).toBe(0);
});

test("a flood waits up to 8 ms, less when that would bring more than half of what one read takes", () => {
  expect(waitAfter(...steady(60 * KIB, 1))).toBe(8);
  expect(waitAfter(...steady(400 * KIB, 8))).toBe(8);
  expect(waitAfter(...steady(500 * KIB, 4))).toBe(3);
  expect(waitAfter(...steady(1024 * KIB, 1))).toBe(0);
});

test("many bytes in few large commands are no flood", () => {
  expect(waitAfter(...Array.from({ length: 500 }, () => [60 * KIB, 1, 100 * KIB] as const))).toBe(0);
});

test("a flood that is over is forgotten", () => {
  expect(waitAfter(...steady(60 * KIB, 1), [9 * KIB, 50])).toBe(0);
});

test("whatever the rate, what comes during a wait fits one read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: READ_BYTES }), fc.double({ min: 1, max: 1_000, noNaN: true }), (bytes, sinceMs) => {
      const waitMs = waitAfter(...steady(bytes, sinceMs));
      if (waitMs > 0) expect((bytes / sinceMs) * waitMs).toBeLessThanOrEqual(READ_BYTES);
    }),
  );
});
