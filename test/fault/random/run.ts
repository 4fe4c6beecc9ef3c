/** A run: one world, one seed, episodes until the time is over or something is wrong. */
import { Random } from "../../support/random.ts";
import { type Episode, runEpisode } from "./episode.ts";
import type { Fault } from "./fault.ts";
import { describe, Planner } from "./plan.ts";
import { Report, type Summary } from "./report.ts";
import { type DeliveryKind, World } from "./world.ts";

export type RunOptions = {
  readonly seed: number;
  /** Asked before each episode. */
  readonly goOn: (episodes: number) => boolean;
  readonly say: (line: string) => void;
  readonly delivery: DeliveryKind;
  /** Of this delivery. */
  readonly catalogue: readonly Fault[];
};

const TAIL_LINES = 60;

export async function run({ seed, goOn, say, delivery, catalogue }: RunOptions): Promise<Summary> {
  const planner = new Planner(new Random(seed), catalogue);
  const report = new Report(
    { seed, delivery },
    catalogue.map(({ kind }) => kind),
  );
  await using world = await World.create(delivery);
  for (let number = 1; goOn(number - 1); number++) {
    const plan = planner.next();
    say(`episode ${number}: ${plan.faults.map(describe).join("; ")}`);
    const startedAtMs = performance.now();
    const episode = await runEpisode(world, plan, number);
    report.add(episode);
    say(`  ${outcome(episode)} in ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`);
    if (episode.problems.length > 0) {
      say(violation(world, seed, number, episode));
      break;
    }
  }
  return report.summary;
}

function outcome({ problems, keysCompared, commands, fullSyncs, injected, plan }: Episode): string {
  const missed = plan.faults.length - injected.size;
  const notes = [
    `${commands} commands`,
    `${keysCompared} keys equal`,
    fullSyncs > 0 && `${fullSyncs} full syncs`,
    missed > 0 && `${missed} missed`,
  ];
  return problems.length > 0 ? `${problems.length} VIOLATIONS` : `survived: ${notes.filter(Boolean).join(", ")}`;
}

function violation(world: World, seed: number, number: number, { problems, plan }: Episode): string {
  const logs = [world.origin, world.peer].flatMap((gateway) => [`-- end of the log of ${gateway.region}`, gateway.tail(TAIL_LINES)]);
  return [`seed ${seed}, episode ${number}`, ...plan.faults.map(describe), "-- problems", ...problems, ...logs].join("\n");
}
