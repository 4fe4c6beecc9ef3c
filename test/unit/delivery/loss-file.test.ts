import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LossFile } from "../../../src/delivery/write/values/loss-file.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const loss = (key: string, why: string) => ({ stream: "us-east/0", db: 0, key, what: "a value", why });

const THINGS = [
  ...[1, 2, 2, 5, 9].map((endsAt, index) => ({ loss: loss(`key ${endsAt}`, `why ${index}`), at: { within: "snapshot", endsAt } })),
  ...[3n, 7n, 1n << 62n].map((endsAt) => ({ loss: loss(`key ${endsAt}`, "why"), at: { within: "history", endsAt } })),
];

const keysIn = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => `${JSON.parse(line).key} ${JSON.parse(line).why}`);

test("however often a process is killed and goes on from what it had committed, each loss is named once", async () => {
  await using folder = await tempFolder("losses");
  const path = join(folder.path, "losses.jsonl");
  const lives = fc.array(fc.record({ back: fc.nat(THINGS.length), count: fc.nat(THINGS.length), torn: fc.nat(60) }), { minLength: 1 });
  fc.assert(
    fc.property(lives, (plan) => {
      new LossFile(path).begin();
      let furthest = 0;
      for (const { back, count, torn } of plan) {
        const file = new LossFile(path);
        const first = Math.max(0, furthest - back);
        for (const { loss, at } of THINGS.slice(first, first + count)) file.add(loss, at);
        furthest = Math.max(furthest, Math.min(THINGS.length, first + count));
        // The next line, cut off.
        appendFileSync(path, JSON.stringify(THINGS[0]).slice(0, torn));
      }
      // The whole of it once more: what was named is known, whatever was cut off is gone.
      const last = new LossFile(path);
      for (const { loss, at } of THINGS) last.add(loss, at);
      expect(keysIn(path)).toEqual(THINGS.map(({ loss: { key, why } }) => `${key} ${why}`));
    }),
    { numRuns: 50 },
  );
});

test("BOUNDED: a full file names nothing more, in whatever process; begun anew it does", async () => {
  await using folder = await tempFolder("losses");
  const path = join(folder.path, "losses.jsonl");
  for (const file of [new LossFile(path, 500), new LossFile(path, 500)]) {
    for (let endsAt = 1; endsAt <= 20; endsAt++) file.add(loss("a key", "why"), { within: "snapshot", endsAt });
    expect(file.isFull).toBe(true);
  }
  expect(statSync(path).size).toBeLessThan(500 + 200);
  const file = new LossFile(path, 500);
  file.begin();
  file.add(loss("another", "why"), { within: "snapshot", endsAt: 1 });
  expect(keysIn(path)).toEqual(["another why"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("what an older version has named stays, and does not say where it stood", async () => {
  await using folder = await tempFolder("losses");
  const path = join(folder.path, "losses.jsonl");
  writeFileSync(path, `${JSON.stringify(loss("old", "why"))}\n`);
  new LossFile(path).add(loss("new", "why"), { within: "snapshot", endsAt: 1 });
  expect(keysIn(path)).toEqual(["old why", "new why"]);
});
