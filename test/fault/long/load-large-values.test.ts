/** Values that no process should hold whole, through the snapshot and through the stream: memory stays what it is (BOUNDED). */
import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { peakMemoryBytes } from "../../support/memory-peak.ts";
import { Pair } from "../../support/pair.ts";

const MIB = 1024 * 1024;
const PEAK_BYTES = 200 * MIB;

/** A string that does not compress, one that does, a long list, a set in two databases. */
async function writeLarge(client: Redis, prefix: string): Promise<void> {
  await client.set(`${prefix}:random`, randomBytes(80 * MIB));
  await client.set(`${prefix}:same`, Buffer.alloc(48 * MIB, "x"));
  await client.call("EVAL", "for i=1,200000 do redis.call('RPUSH',KEYS[1],i..' of a long list') end", 1, `${prefix}:list`);
  await client.select(3);
  await client.call("EVAL", "for i=1,100000 do redis.call('SADD',KEYS[1],'member '..i) end", 1, `${prefix}:set`);
  await client.call("PEXPIREAT", `${prefix}:set`, "4102444800123");
  await client.select(0);
}

test("large values in the snapshot and in the stream", async () => {
  const args = ["--client-output-buffer-limit", "replica 0 0 0", "--lua-time-limit", "0"];
  await using pair = await Pair.create({ masterArgs: args, targetArgs: args, journal: { memory: "8MiB" } });
  const { master, target } = pair.clients();
  await writeLarge(master, "snapshot");
  pair.run();
  await pair.caughtUp();
  await writeLarge(master, "stream");
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  await target.select(3);
  // The source's own expiry, and the guard that keeps the target's clock from coming before it.
  expect(await target.call("PEXPIRETIME", "snapshot:set")).toBe(4102444800123 + 24 * 3_600_000);
  expect((await pair.stream("us-east")).master!.fullSyncs).toBe(1);
  for (const gateway of [pair.us, pair.eu]) expect(peakMemoryBytes(gateway.pid), gateway.options.region).toBeLessThan(PEAK_BYTES);
});
