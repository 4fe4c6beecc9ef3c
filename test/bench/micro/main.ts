/**
 * `npm run bench:micro`: the steps of the data path, one by one. Prints each figure beside those of earlier runs on the same machine model,
 * marks what is more than 15 % slower, and with `--record` adds the run to history.json. Leaves with 1 when a guard (`guards.ts`) does not hold;
 * a marked regression is for a person to judge.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Bench } from "tinybench";
import { checkGuards } from "./guards.ts";
import { type Comparison, compare, type Figure, REGRESSION, type Run } from "./history.ts";
import { makeJournalTasks } from "./journal-task.ts";
import { makeTasks } from "./tasks.ts";

const USAGE = `npm run bench:micro -- [--only <text>] [--time <ms>] [--record]

  --only <text>   only tasks whose name has the text
  --time <ms>     how long each task runs (500)
  --record        adds the run to test/bench/micro/history.json
`;
const HISTORY = join("test", "bench", "micro", "history.json");

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    time: { type: "string", default: "500" },
    record: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

async function measure(): Promise<Readonly<Record<string, Figure>>> {
  await using journal = await makeJournalTasks();
  const tasks = [...makeTasks(), ...journal.tasks].filter(({ name }) => name.includes(values.only));
  const bench = new Bench({ time: Number(values.time), warmupTime: 100 });
  for (const { name, run } of tasks) bench.add(name, run);
  await bench.run();
  const figures: Record<string, Figure> = {};
  for (const [index, { result }] of bench.tasks.entries()) {
    if (!("latency" in result)) throw new Error(`${tasks[index]!.name}: ${"error" in result ? result.error : result.state}`);
    // The median: what else runs on the machine lengthens some rounds by far.
    const opsPerSecond = 1_000 / result.latency.p50;
    figures[tasks[index]!.name] = {
      opsPerSecond: Math.round(opsPerSecond),
      megabytesPerSecond: Number(((opsPerSecond * tasks[index]!.bytes) / 1e6).toPrecision(4)),
      spreadPercent: Number(result.latency.rme.toFixed(1)),
    };
  }
  return figures;
}

function lineOf({ name, now, before, change }: Comparison): string {
  const percent = change === undefined ? "" : `${change > 0 ? "+" : ""}${Math.round(change * 100)} %`;
  const mark = change !== undefined && change < -REGRESSION ? "  << REGRESSION" : "";
  const figures = [`${now.opsPerSecond.toLocaleString("en")}/s`, `${now.megabytesPerSecond} MB/s`, `± ${now.spreadPercent} %`, percent];
  return `${name.padEnd(44)}${figures.map((text) => text.padStart(13)).join("")}  ${before.join(" ")}${mark}`;
}

const history = existsSync(HISTORY) ? (JSON.parse(readFileSync(HISTORY, "utf8")) as readonly Run[]) : [];
const run: Run = {
  date: new Date().toISOString(),
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
  node: process.versions.node,
  machine: { model: cpus()[0]?.model ?? "unknown", cpus: cpus().length },
  figures: await measure(),
};
const say = (line: string) => process.stdout.write(`${line}\n`);
say(`${run.machine.model}, ${run.machine.cpus} cores, Node ${run.node}; last: MB/s of earlier runs on such a machine`);
for (const comparison of compare(run, history)) say(lineOf(comparison));
if (values.record) writeFileSync(HISTORY, `${JSON.stringify([...history, run], undefined, 2)}\n`);

const verdicts = checkGuards();
for (const { what, ratio, limit } of verdicts)
  say(`${ratio <= limit ? "holds " : "BROKEN"}  ${what}: ${ratio.toFixed(2)} times, at most ${limit}`);
process.exitCode = verdicts.every(({ ratio, limit }) => ratio <= limit) ? 0 : 1;
