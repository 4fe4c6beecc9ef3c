import { expect, test } from "vitest";
import { SourceStats } from "../../../src/source/stats.ts";
import { Offset, type Replid } from "../../../src/stream/position.ts";

const [OURS, OTHER] = ["a".repeat(40), "b".repeat(40)];
const history = (offset: number) => ({ tail: { offset: Offset.of(offset), replid: OURS as Replid, db: 0, open: false } });

test("what the master said counts against what is read of the same history, and never when it is older than that", () => {
  const stats = new SourceStats();
  expect(stats.unreadBytes(history(100))).toBe(0);
  const says = (endOffset: bigint, ...replids: string[]) => {
    stats.backlog = { sizeBytes: 1, bytesPerSecond: 0, endOffset, replids };
  };
  says(1_000n, OURS);
  expect([undefined, history(100), history(1_000), history(2_000)].map((one) => stats.unreadBytes(one))).toEqual([0, 900, 0, 0]);
  says(1_000n, OTHER, OURS);
  expect(stats.unreadBytes(history(100))).toBe(900);
  says(1_000_000n, OTHER, "0".repeat(40));
  expect(stats.unreadBytes(history(100))).toBe(0);
});

test("a pause and a lost connection are one time in which the master is not read, which ends when it is read again", () => {
  const stats = new SourceStats(0);
  stats.streams(5);
  expect([stats.unreadSinceMs, stats.readSinceMs]).toEqual([0, undefined]);
  stats.reads(6);
  expect([stats.unreadSinceMs, stats.readSinceMs]).toEqual([undefined, 6]);
  stats.readsNot(10);
  stats.ended(20);
  stats.streams(30);
  expect([stats.unreadSinceMs, stats.readSinceMs]).toEqual([10, undefined]);
});
