/**
 * A data set with every type and encoding that Redis 7 has, the same for the same seed: what a snapshot must carry.
 * A few large and odd keys first, then many small ones of all kinds; several databases, binary and empty keys and values, TTLs,
 * streams with groups, pending and deleted entries, functions where the server has them.
 */
import type { ChainableCommander, Redis } from "ioredis";
import { Random } from "./random.ts";
import { loadSpecimens } from "./specimens.ts";

export type DatasetOptions = { readonly keys?: number; readonly seed?: number };
export type Dataset = { readonly keys: number; readonly databases: readonly number[] };

const DATABASES = [0, 1, 7, 15];
const PIPELINE_KEYS = 1_000;
/** Pipelines under way at once: the server works while the next one is written. */
const IN_FLIGHT = 3;
const HOUR_MS = 3_600_000;

type Args = (string | number | Buffer)[];

/** Adds to what is there; the databases used are 0, 1, 7 and 15. Returns how many keys were written. */
export async function loadEveryType(client: Redis, options: DatasetOptions = {}): Promise<Dataset> {
  const { keys = 100_000, seed = 1 } = options;
  const random = new Random(seed);
  const own = client.duplicate();
  try {
    const specimens = await loadSpecimens(own, random);
    const wanted = Math.max(0, keys - specimens);
    const underWay: Promise<void>[] = [];
    for (let first = 0; first < wanted; first += PIPELINE_KEYS) {
      const pipeline = own.pipeline();
      // Most keys are in database 0, as in life.
      const db = (first / PIPELINE_KEYS) % 5 === 4 ? DATABASES[1 + (((first / PIPELINE_KEYS - 4) / 5) % 3)]! : 0;
      pipeline.select(db);
      for (let index = first; index < Math.min(wanted, first + PIPELINE_KEYS); index++) addKey(pipeline, random, index);
      underWay.push(run(pipeline));
      if (underWay.length > IN_FLIGHT) await underWay.shift();
    }
    await Promise.all(underWay);
    return { keys: specimens + wanted, databases: DATABASES };
  } finally {
    own.disconnect();
  }
}

export async function run(pipeline: ChainableCommander): Promise<void> {
  const replies = (await pipeline.exec()) ?? [];
  for (const [error] of replies) if (error) throw error;
}

/** One small key; its kind follows from its number, so that every kind comes even in a small data set. */
function addKey(pipeline: ChainableCommander, random: Random, index: number): void {
  const kind = KINDS[index % KINDS.length]!;
  const key = `${kind.name}:${index}`;
  kind.add(pipeline, key, random);
  if (random.chance(0.15)) pipeline.pexpireat(key, TTL_BASE_MS + random.between(1, 1_000_000_000));
}

/** Far enough that nothing expires while a test compares; a fixed date keeps the data set the same on every day. */
const TTL_BASE_MS = 4_000_000_000_000;

type Kind = { readonly name: string; readonly add: (pipeline: ChainableCommander, key: string, random: Random) => void };

const members = (random: Random, count: number): string[] => Array.from({ length: count }, () => `m${random.between(0, 9_999)}`);
const numbers = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.between(-70_000, 70_000));

function call(name: string, args: (key: string, random: Random) => Args): Kind["add"] {
  return (pipeline, key, random) => pipeline.call(name, ...args(key, random));
}

const KINDS: readonly Kind[] = [
  { name: "text", add: call("SET", (key, random) => [key, random.text(random.between(1, 200))]) },
  { name: "short", add: call("SET", (key, random) => [key, random.text(random.between(0, 44))]) },
  { name: "binary", add: call("SET", (key, random) => [Buffer.from(`${key}\0\r\n\xff`, "latin1"), random.bytes(random.between(0, 100))]) },
  { name: "int", add: call("SET", (key, random) => [key, random.between(-2_000_000_000, 2_000_000_000)]) },
  {
    name: "fades",
    add: (pipeline, key, random) => pipeline.set(key, random.text(30)).pexpireat(key, TTL_BASE_MS + random.between(1, HOUR_MS)),
  },
  { name: "list", add: call("RPUSH", (key, random) => [key, ...members(random, random.between(1, 12))]) },
  { name: "intset", add: call("SADD", (key, random) => [key, ...numbers(random, random.between(1, 20))]) },
  { name: "set", add: call("SADD", (key, random) => [key, ...members(random, random.between(1, 12))]) },
  { name: "hash", add: call("HSET", (key, random) => [key, ...members(random, 8)]) },
  { name: "zset", add: call("ZADD", (key, random) => [key, ...members(random, 6).flatMap((name) => [random.next() * 1e6, name])]) },
  { name: "bits", add: call("SETBIT", (key, random) => [key, random.between(0, 2_000), 1]) },
  { name: "hll", add: call("PFADD", (key, random) => [key, ...members(random, random.between(1, 20))]) },
  {
    name: "geo",
    add: call("GEOADD", (key, random) => [key, random.next() * 360 - 180, random.next() * 160 - 80, "place", 13.4, 52.5, "Berlin"]),
  },
  { name: "float", add: call("INCRBYFLOAT", (key, random) => [key, random.next() * 1_000]) },
  {
    name: "stream",
    add: (pipeline, key, random) => {
      for (let entry = 1; entry <= 3; entry++) pipeline.call("XADD", key, `${entry}-0`, "field", random.text(20));
      pipeline.call("XGROUP", "CREATE", key, "readers", "0");
      pipeline.call("XREADGROUP", "GROUP", "readers", "one", "COUNT", 2, "STREAMS", key, ">");
    },
  },
];
