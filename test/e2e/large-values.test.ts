/** BOUNDED: values above `rebuildAbove` arrive in pieces, and neither gateway holds one whole. */
import { expect, test } from "vitest";
import { peakMemoryBytes } from "../support/memory-peak.ts";
import { Pair } from "../support/pair.ts";

const MIB = 1024 * 1024;
const PEAK_BYTES = 200 * MIB;

test("a sorted set of 300,000 elements, a long string and one that compresses", async () => {
  await using pair = await Pair.create({
    write: () => ({ rebuildAbove: "1MiB" }),
    masterArgs: ["--lua-time-limit", "0"],
    journal: { memory: "4MiB" },
  });
  const { master, target } = pair.clients();
  const fill = "for i=1,300000 do redis.call('ZADD',KEYS[1],i/7,'member '..i) end";
  await master.call("EVAL", fill, 1, "zset");
  await master.set("same", Buffer.alloc(24 * MIB, "x"));
  await master.call("EVAL", "local t={} for i=1,1500000 do t[i]=i end redis.call('SET',KEYS[1],table.concat(t))", 1, "digits");
  await master.call("PEXPIREAT", "zset", "4102444800123");
  pair.run();
  await pair.caughtUp();
  expect(await target.zcard("zset")).toBe(300_000);
  expect(await pair.problems()).toEqual([]);
  expect(await target.call("EXISTS", "causeway:building:{us-east/0}")).toBe(0);
  for (const gateway of [pair.us, pair.eu]) expect(peakMemoryBytes(gateway.pid), gateway.options.region).toBeLessThan(PEAK_BYTES);
});
