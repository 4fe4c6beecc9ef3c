/** A short part of the random fault suite; `npm run test:faults -- --minutes 30` is the long one. */
import { expect, test } from "vitest";
import { Random } from "../support/random.ts";
import { CATALOGUE } from "./random/catalogue/catalogue.ts";
import { describe, Planner } from "./random/plan.ts";
import { run } from "./random/run.ts";

const SEED = 5;
const EPISODES = 3;

function drawn(seed: number): readonly string[] {
  const planner = new Planner(new Random(seed), CATALOGUE);
  return Array.from({ length: 30 }, () => planner.next().faults.map(describe).join("; "));
}

test("the same seed draws the same faults, and thirty episodes draw most kinds", () => {
  expect(drawn(SEED)).toEqual(drawn(SEED));
  expect(drawn(SEED)).not.toEqual(drawn(SEED + 1));
  const kinds = CATALOGUE.filter(({ kind }) => drawn(SEED).some((episode) => episode.includes(kind)));
  expect(kinds.length).toBeGreaterThan(CATALOGUE.length * 0.8);
});

test("nothing is lost, doubled or reordered, whatever a few episodes of random faults bring", { timeout: 180_000 }, async () => {
  const said: string[] = [];
  const summary = await run({ seed: SEED, goOn: (episodes) => episodes < EPISODES, say: (line) => said.push(line) });
  expect([summary.violations, summary.fullSyncs.needless], said.join("\n")).toEqual([0, 0]);
  expect(summary.episodes).toBe(EPISODES);
});
