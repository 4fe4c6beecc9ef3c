/**
 * `npm run test:large`: what is large goes through two gateways, and neither of them grows. First 5 GiB in values of 64 KiB to 1 MiB, three
 * values of 100 MiB and a sorted set of 10,000,000 elements; then 10,000,000 small keys into a server that holds other keys, which have to be
 * found by comparison and removed. The oracle is a digest of every key on both sides. Takes about 15 GiB of memory, as much disk, and some
 * minutes. Prints one JSON object, and leaves with 1 when a criterion is not met.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import type { Redis } from "ioredis";
import { eventually } from "../../support/eventually.ts";
import { peakMemoryBytes } from "../../support/memory-peak.ts";
import { Pair } from "../../support/pair.ts";
import { Random } from "../../support/random.ts";

const USAGE = `npm run test:large -- [--only values|keys] [--mib <n>] [--elements <n>] [--keys <n>]

  --only <part>    values: large values; keys: many keys
  --mib <n>        of values (5120)
  --elements <n>   of the sorted set (10,000,000)
  --keys <n>       small ones (10,000,000)
`;

const MIB = 1024 * 1024;
const MAX_PEAK_MIB = 256;
const LARGE_VALUES = 3;
const LARGE_VALUE_BYTES = 100 * MIB;
const STALE_KEYS = 100_000;
const ELEMENTS_PER_CALL = 100_000;
const SYNC_TIMEOUT_MS = 1_800_000;
/** What a master and a target of this size need to answer within. */
const CLIENT = { maxRetriesPerRequest: null, retryStrategy: () => 1_000 };
const SERVER_ARGS = ["--enable-debug-command", "yes", "--client-output-buffer-limit", "replica 0 0 0"];

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    mib: { type: "string", default: "5120" },
    elements: { type: "string", default: "10000000" },
    keys: { type: "string", default: "10000000" },
    help: { type: "boolean" },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

/** Random bytes, so that nothing shrinks; each value begins somewhere else in the same ones. */
async function fillValues(client: Redis, mib: number): Promise<void> {
  const random = new Random(1);
  const pool = randomBytes(LARGE_VALUE_BYTES + MIB);
  const piece = (bytes: number) => {
    const from = random.between(0, MIB - 1);
    return pool.subarray(from, from + bytes);
  };
  for (let at = 0; at < LARGE_VALUES; at++) await client.set(`large:${at}`, piece(LARGE_VALUE_BYTES));
  let left = mib * MIB - LARGE_VALUES * LARGE_VALUE_BYTES;
  for (let index = 0; left > 0; index++) {
    const bytes = random.between(64 * 1024, MIB);
    await client.set(`value:${index}`, piece(bytes));
    left -= bytes;
  }
}

const ADD_ELEMENTS = "for at = ARGV[1], ARGV[2] do redis.call('ZADD', KEYS[1], at * 7919 % 1000003, 'element:' .. at) end";

async function fillSortedSet(client: Redis, elements: number): Promise<void> {
  for (let first = 0; first < elements; first += ELEMENTS_PER_CALL) {
    await client.eval(ADD_ELEMENTS, 1, "sorted", first, Math.min(elements, first + ELEMENTS_PER_CALL) - 1);
  }
}

type Part = {
  readonly name: string;
  readonly fillMaster: (client: Redis) => Promise<void>;
  readonly fillTarget?: (client: Redis) => Promise<void>;
};

type Result = {
  readonly part: string;
  readonly keys: number;
  readonly seconds: number;
  readonly peakMiB: { readonly origin: number; readonly peer: number };
  readonly equal: boolean;
};

/** From the start of both gateways to the stream behind the snapshot. */
async function run({ name, fillMaster, fillTarget }: Part): Promise<Result> {
  await using pair = await Pair.create({ masterArgs: SERVER_ARGS, targetArgs: SERVER_ARGS });
  const [master, target] = [pair.master.client(CLIENT), pair.target.client(CLIENT)];
  await Promise.all([fillMaster(master), fillTarget?.(target)]);
  say(`${name}: the master holds ${(await master.dbsize()).toLocaleString("en")} keys`);
  const startedAt = performance.now();
  pair.run({ args: fillTarget ? ["--adopt"] : [] });
  const isStreaming = async () => {
    for (const gateway of [pair.us, pair.eu]) if (gateway.exit) throw new Error(`a gateway ended:\n${gateway.output.slice(-2_000)}`);
    return (await pair.stream("eu-west")).phase === "streaming";
  };
  await eventually(isStreaming, { timeoutMs: SYNC_TIMEOUT_MS, intervalMs: 500, what: `${name}: the first sync` });
  await pair.caughtUp(SYNC_TIMEOUT_MS);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const peakMiB = { origin: Math.round(peakMemoryBytes(pair.us.pid) / MIB), peer: Math.round(peakMemoryBytes(pair.eu.pid) / MIB) };
  say(`${name}: on the target after ${seconds} s, peak ${peakMiB.origin} and ${peakMiB.peer} MiB; comparing`);
  const keys = await master.dbsize();
  await Promise.all([pair.us.terminate(), pair.eu.terminate()]);
  await target.del(await target.keys("causeway:checkpoint:*"));
  const [ours, theirs] = await Promise.all([master.call("DEBUG", "DIGEST"), target.call("DEBUG", "DIGEST")]);
  return { part: name, keys, seconds, peakMiB, equal: ours === theirs };
}

const [mib, elements, keys] = [Number(options.mib), Number(options.elements), Number(options.keys)];
const PARTS: readonly Part[] = [
  {
    name: "values",
    fillMaster: async (client) => {
      await fillSortedSet(client, elements);
      await fillValues(client, mib);
    },
  },
  {
    name: "keys",
    fillMaster: async (client) => void (await client.call("DEBUG", "POPULATE", keys, "key", 20)),
    fillTarget: async (client) => void (await client.call("DEBUG", "POPULATE", STALE_KEYS, "stale", 20)),
  },
];

const results: Result[] = [];
for (const part of PARTS.filter(({ name }) => (options.only ?? name) === name)) results.push(await run(part));
const criteria = {
  everyKeyEqual: results.every(({ equal }) => equal),
  gatewaysBelow256MiB: results.every(({ peakMiB }) => Math.max(peakMiB.origin, peakMiB.peer) < MAX_PEAK_MIB),
};
console.log(JSON.stringify({ criteria, results }, null, 2));
process.exitCode = Object.values(criteria).every(Boolean) ? 0 : 1;
