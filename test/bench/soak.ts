/**
 * `npm run bench:soak`: whether the memory of a gateway is flat. Two gateways over loopback under one load for 20 minutes, their resident memory
 * at the end of each; leaves with 1 when one holds more in the last three minutes than in minutes 3 to 5, by more than the noise of a heap.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { measure } from "./compare/measure.ts";
import { LOADS, type LoadName } from "./compare/scenario.ts";
import { System } from "./compare/system.ts";

const GATEWAYS = ["origin", "peer"] as const;
/** Between two full collections of a heap of this size. */
const NOISE_MIB = 8;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "20" },
    rate: { type: "string", default: "30000" },
    load: { type: "string", default: "mix" },
  },
});
const minutes = Number(values.minutes);
if (!LOADS.includes(values.load as LoadName) || !(minutes >= 8) || !(Number(values.rate) > 0)) {
  process.stderr.write(`npm run bench:soak -- [--minutes <8 or more>] [--rate <commands a second>] [--load ${LOADS.join("|")}]\n`);
  process.exit(2);
}

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

await using system = await System.start("write", { name: "loopback" });
const resident: Record<(typeof GATEWAYS)[number], number[]> = { origin: [], peer: [] };
for (let minute = 1; minute <= minutes; minute++) {
  const run = await measure(system, { network: "loopback", load: values.load as LoadName, rate: Number(values.rate), seconds: 60 });
  if (run.wrong > 0) throw new Error(`minute ${minute}: ${run.wrong} keys or commands are wrong`);
  for (const name of GATEWAYS) resident[name].push(residentMiB(system.pids[name]!));
  const sizes = GATEWAYS.map((name) => `${name} ${resident[name].at(-1)!.toFixed(1)} MiB`);
  console.log(`minute ${minute}: ${Math.round(run.commandsPerSecond)}/s, ${sizes.join(", ")}`);
}
for (const name of GATEWAYS) {
  const sizes = resident[name];
  const growth = Math.max(...sizes.slice(-3)) - Math.max(...sizes.slice(2, 5));
  console.log(`${name}: ${growth.toFixed(1)} MiB more at the end than in minutes 3 to 5`);
  if (growth > NOISE_MIB) process.exitCode = 1;
}
