import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { checkLedgers, Ledger, ledgerKeys } from "../../support/ledger.ts";
import { RedisServer } from "../../support/redis-server.ts";

let server: RedisServer;
let client: Redis;
let ledger: Ledger;
const keys = ledgerKeys("w1");

beforeAll(async () => {
  server = await RedisServer.start();
  client = server.client();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  await client.flushall();
  ledger = new Ledger("w1");
  const pipeline = client.pipeline();
  for (let index = 0; index < 50; index++) ledger.add(pipeline);
  await pipeline.exec();
});

test("a whole ledger has no problem", async () => {
  expect(await checkLedgers(client, [ledger])).toEqual([]);
});

const broken: readonly (readonly [name: string, command: readonly (string | number)[], problem: RegExp])[] = [
  ["an increment done twice", ["INCR", keys.counter], /counter: 51, expected 50/],
  ["an increment lost", ["DECR", keys.counter], /counter: 49, expected 50/],
  ["an element pushed twice", ["RPUSH", keys.list, 50], /list: 50 is there twice/],
  ["an element lost", ["LREM", keys.list, 1, 17], /list: 17 is lost/],
  ["an element out of order", ["LMOVE", keys.list, keys.list, "LEFT", "RIGHT"], /list: 1 comes after 50/],
  ["an entry added twice", ["XADD", keys.stream, "*", "id", 50], /stream: 50 is there twice/],
  ["a member lost", ["SREM", keys.set, 3], /set: 3 is lost/],
  ["a member nobody added", ["SADD", keys.set, 99], /set: 99 was never written/],
];

test.each(broken)("finds %s", async (_, [name, ...args], problem) => {
  await client.call(String(name), ...args);
  const problems = await checkLedgers(client, [ledger]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
});

test("an id in doubt may be there or not, but not twice", async () => {
  ledger.doubt(50);
  expect(await checkLedgers(client, [ledger])).toEqual([]);
  await client.pipeline().decr(keys.counter).rpop(keys.list).srem(keys.set, 50).exec();
  expect(await checkLedgers(client, [ledger])).toEqual([]);
  await client.rpush(keys.list, 50, 50);
  expect(await checkLedgers(client, [ledger])).toEqual([`${keys.list}: 50 is there twice`]);
});
