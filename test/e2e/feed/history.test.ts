/** The origin's master fails over, or loses its history: fed replicas hear of it as from a master of their own. */
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";
import { RedisServer } from "../../support/redis-server.ts";

const SAVES = ["--save", "3600", "1"];

/** A replica beside the master, which may take its place. */
async function heir(master: RedisServer): Promise<RedisServer> {
  const replica = await RedisServer.start({ args: ["--replicaof", `127.0.0.1 ${master.port}`, "--enable-debug-command", "yes"] });
  await eventually(async () => (await replica.info("master_link_status")) === "up");
  return replica;
}

async function fill(master: RedisServer, name: string): Promise<void> {
  const client = master.client();
  for (let at = 0; at < 20; at++) {
    await client.multi().incr(`${name}:count`).rpush(`${name}:list`, at).setex(`${name}:${at}`, 3_600, "x".repeat(500)).exec();
  }
}

async function caughtUp(replica: RedisServer, master: RedisServer): Promise<void> {
  const wanted = BigInt((await master.info("master_repl_offset"))!);
  await eventually(async () => BigInt((await replica.info("master_repl_offset"))!) >= wanted);
}

test("failover at the origin: replicas, also one that slept through two of them, continue under the new replid by partial sync", async () => {
  await using pair = await FedPair.start();
  await using first = await heir(pair.master);
  await using second = await heir(first);
  await fill(pair.master, "before");
  const [awake, asleep] = [await pair.attach(), await pair.attach({ args: SAVES })];
  await pair.same(awake);
  await pair.same(asleep);
  await asleep.stop();

  await fill(pair.master, "missed");
  await caughtUp(second, pair.master);
  await pair.master.kill9();
  await first.call("REPLICAOF", "NO", "ONE");
  pair.masterAddress.moveTo(first.port);
  await fill(first, "first");
  await pair.same(awake, first);

  await caughtUp(second, first);
  await first.kill9();
  await second.call("REPLICAOF", "NO", "ONE");
  pair.masterAddress.moveTo(second.port);
  await fill(second, "second");
  await pair.same(awake, second);
  await asleep.restart();
  await pair.same(asleep, second);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 2, partialSyncs: 3 });
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1, failovers: 2, historiesLost: 0 });
});

test("a new history at the origin: replicas are cut off and get its snapshot, whatever they had", async () => {
  await using pair = await FedPair.start();
  await using behind = await heir(pair.master);
  await fill(pair.master, "before");
  const replica = await pair.attach();
  await pair.same(replica);
  await caughtUp(behind, pair.master);
  await behind.call("REPLICAOF", "NO", "ONE");
  await pair.master.call("SET", "never:replicated", "x");
  await pair.same(replica);
  await pair.master.kill9();
  pair.masterAddress.moveTo(behind.port);
  await fill(behind, "after");
  await pair.same(replica, behind);
  expect(await replica.call("EXISTS", "never:replicated")).toBe(0);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 2, partialSyncs: 0 });
});
