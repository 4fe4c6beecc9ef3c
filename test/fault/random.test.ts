/** A short part of the random fault suite; `npm run test:faults -- --minutes 30` is the long one. */
import { expect, test } from "vitest";
import { Random } from "../support/random.ts";
import { catalogueOf } from "./random/catalogue/catalogue.ts";
import { describe, Planner } from "./random/plan.ts";
import { run } from "./random/run.ts";

const SEED = 5;
const CATALOGUE = catalogueOf("write");

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

test.each([
  ["write", 3],
  ["feed", 2],
] as const)(
  "%s delivery: nothing is lost, doubled or reordered, whatever %d episodes of random faults bring",
  async (delivery, wanted) => {
    const said: string[] = [];
    const catalogue = catalogueOf(delivery);
    const summary = await run({ seed: SEED, delivery, catalogue, goOn: (episodes) => episodes < wanted, say: (line) => said.push(line) });
    expect([summary.violations, summary.fullSyncs.needless], said.join("\n")).toEqual([0, 0]);
    expect(summary.episodes).toBe(wanted);
  },
  180_000,
);
