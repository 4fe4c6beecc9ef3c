/**
 * `npm run bench:load`: the first sync of a data set of mixed keys, by REPLICAOF, by two gateways that write into a server, and by two that
 * feed a replica, in turns on the same machine. Counted is the time from the start of the replica's side, the processes of both gateways
 * included, to the last key on the replica; the master runs and holds the keys already, and each time it makes another snapshot. Prints one
 * JSON object, and leaves with 1 when a criterion is not met.
 */
import { parseArgs } from "node:util";
import { type FirstSync, measureFirstSync } from "../compare/measure.ts";
import { median } from "../compare/median.ts";
import { SYSTEMS } from "../compare/scenario.ts";
import { startFilled } from "./keys.ts";

const USAGE = `npm run bench:load -- [--keys <n>] [--rounds <n>]

  --keys <n>     how many keys (2,000,000)
  --rounds <n>   how often each system is measured, after one another (2); ratios are of medians
`;

/** Write delivery, in the time of a native replica. */
const MAX_RATIO = 1.3;
/** Of each gateway. */
const MAX_PEAK_MIB = 256;

const { values } = parseArgs({
  options: { keys: { type: "string", default: "2000000" }, rounds: { type: "string", default: "2" }, help: { type: "boolean" } },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const syncs: FirstSync[] = [];
await using master = await startFilled(Number(values.keys));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const name of SYSTEMS) {
    const sync = await measureFirstSync(name, master);
    process.stderr.write(`round ${round + 1} · ${name} · ${sync.seconds.toFixed(2)} s\n`);
    syncs.push(sync);
  }
}

const of = (name: string) => syncs.filter(({ system }) => system === name);
const secondsOf = (name: string) => median(of(name).map(({ seconds }) => seconds));
const round2 = (value: number) => Number(value.toFixed(2));
const rounded = (numbers: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, round2(value)]));
const peakOfGateways = Math.max(...syncs.flatMap(({ peakMiB }) => [peakMiB["origin"] ?? 0, peakMiB["peer"] ?? 0]));

const ratios = { write: round2(secondsOf("write") / secondsOf("native")), feed: round2(secondsOf("feed") / secondsOf("native")) };
const criteria = {
  writeWithin1_3TimesNative: ratios.write <= MAX_RATIO,
  gatewaysBelow256MiB: peakOfGateways < MAX_PEAK_MIB,
  everyKeyEqual: syncs.every(({ wrong }) => wrong === 0),
};
const runs = syncs.map((sync) => ({
  ...sync,
  seconds: round2(sync.seconds),
  cpuSeconds: rounded(sync.cpuSeconds),
  peakMiB: rounded(sync.peakMiB),
}));
console.log(JSON.stringify({ keys: Number(values.keys), criteria, ratios, runs }, null, 2));
process.exitCode = Object.values(criteria).every(Boolean) ? 0 : 1;
