/**
 * One million 100-byte SETs, offered as fast as redis-benchmark gives them, three times to the same processes: CPU and peak memory of
 * every process, and whether every key arrived. The first round includes what Node spends on compiling, the later ones are a gateway that
 * has run for a while. Run it with `npm run bench:sets`; prints one JSON object, and leaves with 1 when a criterion is not met.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";

const COMMANDS = 1_000_000;
const ROUNDS = 3;
const CLOCK_TICKS = 100;
/** Of each gateway. */
const MAX_PEAK_MIB = 200;
/** CPU of both gateways, in the first round too, as a share of the target's. */
const MAX_CPU_RATIO = 1;

/** User and system seconds of a process (Linux, proc(5)). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

function peakMiB(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

await using pair = await Pair.start();
await eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000 });
const pids = { master: pair.master.pid, target: pair.target.pid, usEast: pair.us.pid, euWest: pair.eu.pid };
const ofEach = (measure: (pid: number) => number) => Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, measure(pid)]));

async function round() {
  const before = ofEach(cpuSeconds);
  const startedAt = performance.now();
  const load = [
    "-p",
    `${pair.master.port}`,
    "-t",
    "set",
    "-n",
    `${COMMANDS}`,
    "-r",
    `${COMMANDS}`,
    "-d",
    "100",
    "-P",
    "64",
    "-c",
    "8",
    "-q",
  ];
  await promisify(execFile)("redis-benchmark", load);
  const loadedAt = performance.now();
  await pair.caughtUp(120_000);
  const doneAt = performance.now();
  const after = ofEach(cpuSeconds);
  const cpu = Object.fromEntries(Object.keys(pids).map((name) => [name, Number((after[name]! - before[name]!).toFixed(2))]));
  return {
    loadSeconds: Number(((loadedAt - startedAt) / 1000).toFixed(2)),
    catchUpSeconds: Number(((doneAt - loadedAt) / 1000).toFixed(2)),
    cpuSeconds: cpu,
    gatewaysToTargetCpu: Number(((cpu["usEast"]! + cpu["euWest"]!) / cpu["target"]!).toFixed(2)),
  };
}

const first = await round();
const rounds = [first];
while (rounds.length < ROUNDS) rounds.push(await round());
const peak = ofEach((pid) => Math.round(peakMiB(pid)));
const problems = await pair.problems();
const compression = (await pair.stream("us-east")).compressionRatio;
const criteria = {
  gatewaysBelow200MiB: Math.max(peak["usEast"]!, peak["euWest"]!) < MAX_PEAK_MIB,
  nothingLost: problems.length === 0,
  gatewaysBelowTargetCpuInFirstRound: first.gatewaysToTargetCpu < MAX_CPU_RATIO,
};
console.log(JSON.stringify({ commands: COMMANDS, criteria, rounds, peakMiB: peak, compression, problems }, null, 2));
process.exitCode = Object.values(criteria).every(Boolean) ? 0 : 1;
