/**
 * `npm run bench`: Causeway beside Redis's own REPLICAOF, under the same load over the same emulated line, in turns. Prints tables, writes
 * results.json and plots (SVG). Every figure to be quoted is a ratio to native in the same run; absolute ones belong to their machine.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startFilled } from "../load/keys.ts";
import { type CatchUp, type FirstSync, measure, measureFirstSync, measureFsync, measureOutage, type Run } from "./measure.ts";
import { medianOf } from "./median.ts";
import { drawPlots } from "./plots.ts";
import { describeScenario, renderReport } from "./report.ts";
import { FULL, NETWORKS, type Network, runsOn, type Scenario, SHORT, SYSTEMS } from "./scenario.ts";
import { System } from "./system.ts";
import { judge, type Result } from "./targets.ts";

const USAGE = `npm run bench -- [--full] [--only <text>] [--rounds <n>] [--out <folder>]

  --full           every load and network, a 300 s outage, a first sync of 2,000,000 keys (about an hour)
  --only <text>    only scenarios whose name has the text ("sets", "80 ms", "fsync", "outage", "first sync")
  --rounds <n>     how often each scenario and first sync runs on each system (2, with --full 3); medians are reported
  --out <folder>   where results.json and the plots go (bench-results, which git ignores)
`;

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string" },
    out: { type: "string", default: "bench-results" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const plan = values.full ? FULL : SHORT;
const rounds = Number(values.rounds ?? plan.rounds);
const wanted = (name: string) => name.includes(values.only);
const say = (line: string) => process.stderr.write(`${line}\n`);

async function runScenarios(): Promise<readonly Result[]> {
  const scenarios = plan.scenarios.filter((scenario) => wanted(describeScenario(scenario)));
  const results: Result[] = [];
  for (const network of new Set(scenarios.map((scenario) => scenario.network))) {
    await using systems = new Systems();
    const here = scenarios.filter((candidate) => candidate.network === network);
    for (const name of SYSTEMS.filter((system) => here.some((scenario) => runsOn(scenario, system)))) {
      systems.list.push(await System.start(name, NETWORKS[network]));
    }
    for (const scenario of here) {
      results.push(
        await runScenario(
          systems.list.filter(({ name }) => runsOn(scenario, name)),
          scenario,
        ),
      );
    }
  }
  return results;
}

/** The order turns from round to round, so that no system always goes first. */
async function runScenario(systems: readonly System[], scenario: Scenario): Promise<Result> {
  const runs = new Map<Run["system"], Run[]>(systems.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let index = 0; index < systems.length; index++) {
      const system = systems[(index + round) % systems.length]!;
      const run = await measure(system, scenario);
      say(
        `${describeScenario(scenario)} · ${system.name} · ${Math.round(run.commandsPerSecond)}/s · lag p50 ${run.lag.p50Ms.toFixed(2)} ms`,
      );
      runs.get(system.name)!.push(run);
    }
  }
  return { scenario, runs: Object.fromEntries([...runs].map(([name, list]) => [name, medianOf(list)])) };
}

class Systems implements AsyncDisposable {
  readonly list: System[] = [];

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.list.map((system) => system[Symbol.asyncDispose]()));
  }
}

async function runFirstSyncs(keys: number): Promise<readonly FirstSync[]> {
  await using master = await startFilled(keys);
  const syncs = new Map<FirstSync["system"], FirstSync[]>(DELIVERIES.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, runs] of syncs) {
      const sync = await measureFirstSync(name, master);
      say(`first sync · ${name} · ${sync.seconds.toFixed(2)} s`);
      runs.push(sync);
    }
  }
  return [...syncs.values()].map(medianOf);
}

const DELIVERIES = SYSTEMS.filter((name) => name !== "zstd");
const results = await runScenarios();
const catchUps: CatchUp[] = [];
const fsync = wanted("fsync") ? await measureFsync({ seconds: plan.fsyncSeconds, rounds }) : undefined;
for (const name of DELIVERIES) if (plan.outage && wanted("outage")) catchUps.push(await measureOutage(name, plan.outage));
const firstSyncs = plan.firstSyncKeys && wanted("first sync") ? await runFirstSyncs(plan.firstSyncKeys) : [];

const machine = {
  cpus: cpus().length,
  model: cpus()[0]?.model,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
};
const report = { machine, rounds, results, fsync, catchUps, firstSyncs, verdicts: judge(results, { fsync, catchUps, firstSyncs }) };
await mkdir(values.out, { recursive: true });
await writeFile(
  join(values.out, "results.json"),
  JSON.stringify(report, (_, value) => (value === Number.POSITIVE_INFINITY ? "max" : value), 2),
);
await drawPlots(results, values.out);
process.stdout.write(renderReport(report));

// A lag below the delay of the line, or a key that is missing, means that the measurement itself cannot be believed.
const problems = results.flatMap(({ scenario, runs }) => {
  const network: Network = NETWORKS[scenario.network];
  const floorMs = (network.line?.rttMs ?? 0) / 2;
  return Object.values(runs)
    .filter((run) => run.lag.minMs < floorMs || run.wrong > 0)
    .map(
      (run) =>
        `${describeScenario(scenario)}, ${run.system}: lag from ${run.lag.minMs.toFixed(2)} ms at ${floorMs} ms one way, ${run.wrong} wrong`,
    );
});
for (const problem of problems) say(`not to be believed: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
