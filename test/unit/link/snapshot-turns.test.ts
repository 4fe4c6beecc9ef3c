import { expect, test } from "vitest";
import { SnapshotTurns } from "../../../src/link/send/snapshot-turns.ts";
import { systemClock } from "../../../src/runtime/clock.ts";

const NEVER = new AbortController().signal;

test("so many at a time, in whatever order they end; who gives up waiting leaves no trace", async () => {
  const turns = new SnapshotTurns({ concurrent: 2, bytesPerSecond: undefined }, { clock: systemClock });
  const [first, second] = await Promise.all([turns.take(NEVER), turns.take(NEVER)]);
  let third: (() => void) | undefined;
  const taken = turns.take(NEVER).then((leave) => {
    third = leave;
  });
  const impatient = new AbortController();
  const gaveUp = turns.take(impatient.signal);
  expect(turns.stats).toMatchObject({ underWay: 2, waiting: 2 });
  impatient.abort();
  expect(await gaveUp).toBeUndefined();
  expect(turns.stats).toMatchObject({ underWay: 2, waiting: 1 });
  second?.();
  await taken;
  expect(turns.stats).toMatchObject({ underWay: 2, waiting: 0 });
  first?.();
  third?.();
  expect(turns.stats).toMatchObject({ underWay: 0, waiting: 0 });
});

test("all snapshots share the bandwidth", async () => {
  let nowMs = 1_000;
  const waits: number[] = [];
  const turns = new SnapshotTurns(
    { concurrent: 4, bytesPerSecond: 1_000_000 },
    { clock: { nowMs: () => nowMs }, wait: async (ms) => void waits.push(ms) },
  );
  for (const bytes of [100_000, 200_000, 50_000]) await turns.pace(bytes, NEVER);
  expect(waits).toEqual([100, 300]);
  // What was not used is not saved up.
  nowMs = 60_000;
  await turns.pace(500_000, NEVER);
  await turns.pace(1, NEVER);
  expect(waits).toEqual([100, 300, 500]);
});
