/** Units that are far larger than anything that should be in memory at once (BOUNDED, TRANSACTIONS_STAY_WHOLE). */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { peakMemoryBytes } from "../../support/memory-peak.ts";
import { Pair } from "../../support/pair.ts";

const PEAK_BYTES = 200 * 1024 * 1024;
const COMMANDS = 100_000;

async function expectBounded(pair: Pair): Promise<void> {
  expect(await pair.problems()).toEqual([]);
  expect((await pair.stream("us-east")).master!.fullSyncs).toBe(1);
  for (const gateway of [pair.us, pair.eu]) expect(peakMemoryBytes(gateway.pid), gateway.options.region).toBeLessThan(PEAK_BYTES);
}

/** In batches, because the client must not be what runs out of memory. */
async function pipelined(
  client: Redis,
  count: number,
  add: (pipeline: ReturnType<Redis["pipeline"]>, index: number) => void,
): Promise<void> {
  const BATCH = 5_000;
  for (let from = 0; from < count; from += BATCH) {
    const pipeline = client.pipeline();
    for (let index = from; index < Math.min(count, from + BATCH); index++) add(pipeline, index);
    await pipeline.exec();
  }
}

test("a transaction of 100,000 commands is seen whole or not at all", async () => {
  await using pair = await Pair.start();
  await pair.caughtUp();
  const { master, target } = pair.clients();
  await master.call("MULTI");
  await pipelined(master, COMMANDS, (pipeline, index) =>
    pipeline.call("RPUSH", `list:${index % 100}`, `value ${index} ${"x".repeat(200)}`),
  );
  await master.call("EXEC");
  const seen = new Set<unknown>();
  const caughtUp = pair.caughtUp();
  for (let done = false; !done; ) {
    done = await Promise.race([caughtUp.then(() => true), target.llen("list:7").then((length) => seen.add(length) === undefined)]);
  }
  seen.add(await target.llen("list:7"));
  expect([...seen].sort()).toEqual(seen.has(0) ? [0, 1_000] : [1_000]);
  await expectBounded(pair);
});

test("a script that writes 50,000 keys", async () => {
  await using pair = await Pair.start();
  await pair.caughtUp();
  const { master, target } = pair.clients();
  await master.call("EVAL", "for i=1,50000 do redis.call('SET','key:'..i,string.rep('v',300)..i) end", 0);
  await pair.caughtUp();
  expect(await target.dbsize()).toBe(50_001);
  await expectBounded(pair);
});

test("10,000 switches between databases per second, for ten seconds", async () => {
  await using pair = await Pair.start();
  await pair.caughtUp();
  const { master } = pair.clients();
  const startedAtMs = performance.now();
  for (let second = 0; second < 10; second++) {
    await pipelined(master, 10_000, (pipeline, index) => pipeline.select(index % 16).call("INCR", `counter:${index % 50}`));
    await sleep(Math.max(0, startedAtMs + (second + 1) * 1_000 - performance.now()));
  }
  await pair.caughtUp();
  expect((await pair.stream("eu-west")).delivery!.commands).toBeGreaterThanOrEqual(100_000);
  await expectBounded(pair);
});
