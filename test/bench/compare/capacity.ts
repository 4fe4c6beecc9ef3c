/**
 * `npm run bench:capacity`: what carrying a stream costs, per megabyte that the master writes to it, for deploy/CAPACITY.md. Two gateways over
 * loopback, one load after the other; prints a Markdown table. CPU seconds do not depend on what else runs as much as rates do, but run it alone.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measure } from "./measure.ts";
import type { Scenario } from "./scenario.ts";
import { System } from "./system.ts";

const MB = 1e6;
const { values } = parseArgs({ options: { seconds: { type: "string", default: "8" } } });
const seconds = Number(values.seconds);
const LOADS: readonly Pick<Scenario, "load" | "rate">[] = [
  { load: "sets", rate: 2_000 },
  { load: "sets", rate: 50_000 },
  { load: "random", rate: 50_000 },
  { load: "mix", rate: 2_000 },
  { load: "mix", rate: 20_000 },
  { load: "large", rate: 500 },
];

console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${seconds} s each\n`);
console.log(
  "| load | offered/s | MB/s | origin: cores | s of CPU per MB | receiver: cores | s of CPU per MB | target: cores | link bytes per byte | peak MiB |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
await using system = await System.start("write", { name: "loopback" });
for (const { load, rate } of LOADS) {
  const run = await measure(system, { network: "loopback", load, rate, seconds });
  if (run.wrong > 0) throw new Error(`${load}: ${run.wrong} keys or commands are wrong`);
  const megabytes = run.streamBytes / MB;
  const elapsed = run.commands / run.commandsPerSecond;
  const cpu = (name: string) => (run.cpuPerMillion[name]! * run.commands) / 1e6;
  const figures = [
    (megabytes / elapsed).toFixed(1),
    ...["origin", "peer"].flatMap((name) => [(cpu(name) / elapsed).toFixed(2), (cpu(name) / megabytes).toFixed(4)]),
    (cpu("replica") / elapsed).toFixed(2),
    (run.wireBytes / run.streamBytes).toFixed(2),
    `${Math.round(run.peakMiB["origin"]!)} / ${Math.round(run.peakMiB["peer"]!)}`,
  ];
  console.log(`| ${load} | ${rate.toLocaleString("en")} | ${figures.join(" | ")} |`);
}
