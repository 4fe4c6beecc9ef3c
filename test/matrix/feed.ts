/**
 * `npm run test:feed-matrix [-- --servers DIR --only redis-8]`: real replicas of every server version on the feed, each with a master of
 * its own kind, and pairs whose versions differ. DIR/bin holds one server per name. Prints the table of README.md; exit code 1 when a
 * row is not as it has to be.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { attachEachWay, attachToOther } from "./feed-scenario.ts";

const KINDS = ["redis-6.0", "redis-7.0", "redis-8.0", "redis-8.6", "valkey-8.0", "valkey-8.1", "valkey-9.1"];
/** Master, replica, and whether the replica can read what such a master writes. */
const MIXED: readonly (readonly [string, string, boolean])[] = [
  ["redis-6.0", "redis-8.6", true],
  ["redis-7.0", "valkey-8.1", true],
  ["valkey-8.1", "valkey-9.1", true],
  ["redis-8.0", "redis-7.0", false],
  ["valkey-9.1", "valkey-8.1", false],
];

const { values } = parseArgs({
  options: { servers: { type: "string", default: join(homedir(), ".cache/redis-matrix") }, only: { type: "string", default: "" } },
});
const binary = (name: string) => join(values.servers, "bin", name);
const isHere = (...names: readonly string[]) => names.every((name) => existsSync(binary(name)));
const isWanted = (...names: readonly string[]) => names.some((name) => name.includes(values.only));

const absent = KINDS.filter((name) => isWanted(name) && !isHere(name));
if (absent.length > 0) console.error(`not in ${values.servers}/bin, so left out: ${absent.join(", ")}`);
let failures = 0;

async function row(name: string, run: () => Promise<readonly string[]>): Promise<void> {
  try {
    console.log(`| ${[name, ...(await run())].join(" | ")} |`);
  } catch (cause) {
    failures++;
    console.log(`| ${name} | FAILED: ${String(cause).replaceAll("\n", " ").slice(0, 600)} |`);
  }
}

console.log(
  "| master, replicas, sub-replica | RDB | first | replica killed | replica restarted | gateway killed | promoted | digest, offset |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
for (const name of KINDS.filter((kind) => isWanted(kind) && isHere(kind))) await row(name, () => attachEachWay(binary(name)));
console.log("\n| master | replica | |\n| --- | --- | --- |");
for (const [master, replica, reads] of MIXED.filter(([one, other]) => isWanted(one, other) && isHere(one, other))) {
  await row(`${master} | ${replica}`, async () => [await attachToOther(binary(master), binary(replica), reads)]);
}
process.exit(failures === 0 ? 0 : 1);
