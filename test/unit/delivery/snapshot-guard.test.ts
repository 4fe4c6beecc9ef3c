/** A snapshot that would take most of the target away is not obeyed. */
import { expect, test } from "vitest";
import { judgeSnapshot } from "../../../src/delivery/write/load/snapshot-guard.ts";
import { makeRdb, rdbString, storedSnapshot } from "../../support/stored-snapshot.ts";

const NEVER = new AbortController().signal;
const holding = (keys: number) => {
  const entries = Array.from({ length: keys }, (_, index) => [0, rdbString(`k${index}`), rdbString("v")]).flat();
  return storedSnapshot(makeRdb(entries), { chunkBytes: 64 });
};
const judge = (keys: number, keysInTarget: number, leastShare: number) =>
  judgeSnapshot({ snapshot: holding(keys), keysInTarget, leastShare }, NEVER);

test.each([
  [0, 1, 0.5],
  [0, 1_000, 0.5],
  [49, 100, 0.5],
  [50, 101, 0.5],
  [99, 100, 1],
])("%i keys for a target of %i with a share of %d wait for a person", async (keys, keysInTarget, share) => {
  await expect(judge(keys, keysInTarget, share)).rejects.toMatchObject({ code: "SNAPSHOT_SUSPICIOUS", details: { keys, keysInTarget } });
});

test.each([
  [50, 100, 0.5],
  [500, 100, 0.5],
  [0, 0, 0.5],
  [0, 1_000, 0],
])("%i keys for a target of %i with a share of %d are obeyed", async (keys, keysInTarget, share) => {
  await expect(judge(keys, keysInTarget, share)).resolves.toBeUndefined();
});
