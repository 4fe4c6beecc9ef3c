/**
 * The origin's journal lost its end (a power cut, a disk put back), its peer has more, and the master fails over before the origin has read
 * that end again: whose bytes the peer holds cannot be known any more, so it gets a later snapshot, and never waits for ever.
 */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareServers } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { RedisServer } from "../support/redis-server.ts";
import { WanProxy } from "../support/wan-proxy.ts";

test("NO_GAP: after a failover a peer that is ahead of the origin's journal gets another snapshot of the same history", async () => {
  let address: WanProxy | undefined;
  await using pair = await Pair.create({
    source: async ({ port }) => {
      address = await WanProxy.start({ target: { port } });
      return { url: `redis://127.0.0.1:${address.port}` };
    },
  });
  await using line = address!;
  const { master } = pair;
  await using replica = await RedisServer.start({ args: ["--replicaof", `127.0.0.1 ${master.port}`] });
  await eventually(async () => (await replica.info("master_link_status")) === "up");
  pair.run();
  const offsetOf = async (server: RedisServer) => BigInt((await server.info("master_repl_offset"))!);
  const applied = (wanted: bigint) =>
    eventually(async () => BigInt((await pair.stream("eu-west")).positions.applied ?? 0) >= wanted, {
      timeoutMs: 40_000,
      what: "applying",
    });
  for (let n = 0; n < 50; n++) await master.call("INCR", "n");
  await applied(await offsetOf(master));

  const folder = join(pair.folder, "data", "us-east", "us-east-0");
  const copy = join(pair.folder, "before");
  await pair.us.kill9();
  await cp(folder, copy, { recursive: true });
  const second = pair.spawn("us-east");
  for (let n = 0; n < 50; n++) await master.call("INCR", "n");
  await applied(await offsetOf(master));
  await second.kill9();
  await rm(folder, { recursive: true });
  await cp(copy, folder, { recursive: true });

  const end = await offsetOf(master);
  await eventually(async () => (await offsetOf(replica)) >= end);
  await replica.call("REPLICAOF", "NO", "ONE");
  await master.kill9();
  line.moveTo(replica.port);
  for (let n = 0; n < 50; n++) await replica.call("INCR", "n");
  await using third = pair.spawn("us-east");
  await eventually(async () => (await pair.target.call("GET", "n")) === "150", { timeoutMs: 40_000, what: "the new master's writes" });
  expect(third.countEvents("source.snapshot-finished")).toBe(1);
  expect((await compareServers(replica.client(), pair.target.client())).mismatches).toEqual([]);
});
