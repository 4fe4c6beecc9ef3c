import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { compareServers } from "../../support/digest.ts";
import { RedisServer } from "../../support/redis-server.ts";

let first: RedisServer;
let second: RedisServer;
let a: Redis;
let b: Redis;

beforeAll(async () => {
  [first, second] = await Promise.all([RedisServer.start(), RedisServer.start()]);
  a = first.client();
  b = second.client();
});
afterAll(async () => {
  await first[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await Promise.all([a.flushall(), b.flushall(), a.call("FUNCTION", "FLUSH"), b.call("FUNCTION", "FLUSH")]);
});

const LATER_MS = 4_102_444_800_000;

/** One entry is pending with `me`; the same call with another count changes nothing else. */
const HELD = ["stream", "held", "me", 0, "1-1", "TIME", 1_000, "FORCE", "JUSTID"];

/** Run on both servers; sets and hashes are filled in opposite orders so that their tables differ. */
async function fill(client: Redis, reverse: boolean): Promise<void> {
  const ids = Array.from({ length: 700 }, (_, index) => `member-${index}`);
  if (reverse) ids.reverse();
  const pipeline = client.pipeline();
  pipeline
    .set("string", "value")
    .set("expiring", "value", "PXAT", LATER_MS)
    .set(Buffer.from([0, 255, 13, 10]), "")
    .set("", "empty key");
  pipeline
    .rpush("list", "ab", "c")
    .sadd("set", ...ids)
    .sadd("numbers", 1, 2, 3);
  pipeline.hset("hash", Object.fromEntries(ids.map((id) => [id, id.toUpperCase()])));
  pipeline.zadd("zset", 1.5, "a", "-inf", "b", 1e300, "c").pfadd("hll", ...ids.slice().sort());
  pipeline.xadd("stream", "1-1", "f", "v").xadd("stream", "2-1", "f", "v").xgroup("CREATE", "stream", "group", "0");
  pipeline.xgroup("CREATE", "stream", "held", "0").call("XCLAIM", ...HELD, "RETRYCOUNT", 2);
  pipeline
    .select(5)
    .set("elsewhere", "1")
    .set("causeway:own", reverse ? "1" : "2")
    .select(0);
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

async function whys(): Promise<readonly string[]> {
  const { mismatches } = await compareServers(a, b);
  return mismatches.map(({ db, key, why }) => `${db} ${key} ${why}`);
}

test("equal servers are equal, whatever the order in which they were filled", async () => {
  await fill(a, false);
  await fill(b, true);
  expect(await compareServers(a, b)).toEqual({ keys: 12, databases: [0, 5], mismatchCount: 0, mismatches: [] });
});

const injected: readonly (readonly [name: string, command: readonly (string | number)[], why: RegExp])[] = [
  ["a value", ["SET", "string", "other"], /"string" another string/],
  ["a TTL by one millisecond", ["PEXPIREAT", "expiring", LATER_MS + 1], /"expiring" expiry 4102444800000 and 4102444800001/],
  ["a TTL that is missing", ["PERSIST", "expiring"], /"expiring" expiry 4102444800000 and -1/],
  ["a missing key", ["DEL", "list"], /"list" only in the first/],
  ["an extra key", ["SET", "extra", "1"], /"extra" only in the second/],
  ["an extra key with a binary name", ["SET", "\u{fffd}", "1"], /only in the second/],
  ["a list cut elsewhere", ["EVAL", "redis.call('DEL','list') redis.call('RPUSH','list','a','bc')", 0], /"list" another list/],
  ["a member of a set", ["SREM", "set", "member-9"], /"set" another set/],
  ["a field of a hash", ["HSET", "hash", "member-9", "MEMBER-8"], /"hash" another hash/],
  ["a score", ["ZADD", "zset", "1.5000000000000002", "a"], /"zset" another zset/],
  ["a type", ["EVAL", "redis.call('DEL','list') redis.call('SET','list','a')", 0], /"list" type list and string/],
  ["an entry of a stream", ["XDEL", "stream", "1-1"], /"stream" another stream/],
  ["a pending entry", ["XREADGROUP", "GROUP", "group", "me", "COUNT", 1, "STREAMS", "stream", ">"], /"stream" another stream/],
  ["an acknowledged entry", ["XACK", "stream", "held", "1-1"], /"stream" another stream/],
  ["a delivery count", ["XCLAIM", ...HELD, "RETRYCOUNT", 3], /"stream" another stream/],
  ["a consumer", ["XGROUP", "CREATECONSUMER", "stream", "group", "you"], /"stream" another stream/],
  ["the last id of a stream", ["XSETID", "stream", "9-9"], /"stream" another stream/],
  ["a HyperLogLog", ["PFADD", "hll", "new-1", "new-2", "new-3"], /"hll" another string/],
  ["a function", ["FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)"], /lib another function/],
];

test.each(injected)("finds a difference of %s", async (_, [name, ...args], why) => {
  await fill(a, false);
  await fill(b, true);
  await b.call(String(name), ...args);
  const found = await whys();
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(why);
});

test("finds a database that only one has", async () => {
  await fill(a, false);
  await fill(b, true);
  await b.multi().select(9).set("x", "1").select(0).exec();
  expect(await whys()).toEqual(['9 "x" only in the second']);
});

test("a key that has expired is as good as gone, present or not", async () => {
  await b.call("DEBUG", "SET-ACTIVE-EXPIRE", "0").catch(() => undefined);
  const pipeline = b.pipeline();
  for (let index = 0; index < 500; index++) pipeline.set(`short-${index}`, "1", "PX", 1 + (index % 40));
  await pipeline.exec();
  expect((await compareServers(a, b)).mismatchCount).toBe(0);
});

test("counts all differences and lists some", async () => {
  const script = "for i = 1, 20000 do redis.call('SET', 'k' .. i, ARGV[1] .. i) end";
  await Promise.all([a.eval(script, 0, "x"), b.eval(script, 0, "x")]);
  await b.eval("for i = 1, 1000 do redis.call('SET', 'k' .. i, 'other') end", 0);
  const { keys, mismatchCount, mismatches } = await compareServers(a, b, { maxMismatches: 7 });
  expect({ keys, mismatchCount, listed: mismatches.length }).toEqual({ keys: 20_000, mismatchCount: 1_000, listed: 7 });
});
