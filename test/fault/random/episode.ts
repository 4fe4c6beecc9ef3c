/** One episode: writers write all the time, the planned faults happen, everything heals, and the oracle judges. */
import { setTimeout as sleep } from "node:timers/promises";
import { ledgerKeys } from "../../support/ledger.ts";
import { Workload } from "../../support/workload.ts";
import type { Part } from "./fault.ts";
import { judge, type Verdict } from "./oracle.ts";
import { describe, type Plan, type PlannedFault } from "./plan.ts";
import type { World } from "./world.ts";

export type Episode = Verdict & {
  readonly plan: Plan;
  readonly allowsFullSync: boolean;
  readonly commands: number;
  /** Which of the planned faults found an occasion. */
  readonly injected: ReadonlySet<PlannedFault>;
};

/** Some 100 KB per second: a megabyte of backlog outlasts every outage that is not meant to outlast it. */
const COMMANDS_PER_SECOND = 600;
const LEAST_MS = 1_500;

export async function runEpisode(world: World, plan: Plan, number: number): Promise<Episode> {
  for (const gateway of [world.origin, world.peer]) gateway.forget();
  const writer = world.writer();
  const workload = await Workload.start(writer, { seed: plan.seed, name: `${number}.`, commandsPerSecond: COMMANDS_PER_SECOND });
  const injected = new Set<PlannedFault>();
  const failures: string[] = [];
  const happened = inTurn(plan.faults, async (planned) => {
    try {
      if ((await planned.fault.happen(world, planned.parameters)) !== "missed") injected.add(planned);
    } catch (error) {
      failures.push(`${describe(planned)}: ${(error as Error).message}`);
    }
  });
  await Promise.all([happened, sleep(LEAST_MS)]);
  await workload.stop();
  writer.disconnect();
  const allowsFullSync = plan.faults.some(({ fault }) => fault.allowsFullSync);
  const verdict = await judge(world, workload.ledgers, allowsFullSync);
  const problems = [...failures, ...verdict.problems];
  // They have been judged; a run of half an hour would pile them up.
  if (problems.length === 0)
    await world.master.call("DEL", ...workload.ledgers.flatMap(({ writer: name }) => Object.values(ledgerKeys(name))));
  return { ...verdict, problems, plan, allowsFullSync, commands: workload.stats.commands, injected };
}

/** Each at its time, but after those before it that disturb the same part. */
async function inTurn(faults: readonly PlannedFault[], happen: (planned: PlannedFault) => Promise<void>): Promise<void> {
  const busy = new Map<Part, Promise<void>>();
  const all = faults.map((planned) => {
    const { parts } = planned.fault;
    const before = parts.map((part) => busy.get(part));
    const done = Promise.all([sleep(planned.atMs), ...before]).then(() => happen(planned));
    for (const part of parts) busy.set(part, done);
    return done;
  });
  await Promise.all(all);
}
