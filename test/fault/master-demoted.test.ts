/** The server at our address stops being a master: a planned FAILOVER TO, a replica of somebody else, a replica without its master. */
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Ledger } from "../support/ledger.ts";
import { Pair } from "../support/pair.ts";
import { RedisServer } from "../support/redis-server.ts";
import { writeIds } from "../support/writes.ts";

async function replicaOf(master: RedisServer, args: readonly string[] = []): Promise<RedisServer> {
  const replica = await RedisServer.start({ args: [...args, "--replicaof", `127.0.0.1 ${master.port}`] });
  await eventually(async () => (await replica.info("master_link_status")) === "up");
  return replica;
}

test("FAILOVER TO its replica: the gateway goes on at the demoted master, which serves the same history", async () => {
  await using pair = await Pair.create();
  await using successor = await replicaOf(pair.master);
  pair.run();
  const ledger = new Ledger("w");
  await writeIds(pair.master.client(), ledger);
  await pair.caughtUp();
  const { history } = await pair.stream("us-east");

  await pair.master.call("FAILOVER", "TO", "127.0.0.1", successor.port);
  await eventually(async () => (await successor.info("role")) === "master");
  await writeIds(successor.client(), ledger);
  const end = BigInt((await successor.info("master_repl_offset"))!);
  await eventually(async () => BigInt((await pair.stream("eu-west")).positions.applied ?? 0) >= end, { timeoutMs: 30_000 });
  expect(await pair.problems([ledger])).toEqual([]);
  expect((await pair.stream("eu-west")).history).toBe(history);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1 });
  expect(pair.us.countEvents("source.history-lost")).toBe(0);
});

test("it becomes the replica of a stranger: another history by snapshot, loudly, nothing of the old one is left", async () => {
  await using pair = await Pair.start();
  await using stranger = await RedisServer.start();
  await writeIds(stranger.client(), new Ledger("stranger"), 20);
  await writeIds(pair.master.client(), new Ledger("ours"), 20);
  await pair.caughtUp();
  const { history } = await pair.stream("eu-west");

  await pair.master.call("REPLICAOF", "127.0.0.1", stranger.port);
  await eventually(async () => (await pair.stream("eu-west")).history !== history, { timeoutMs: 30_000 });
  await stranger.call("SET", "after", "1");
  await eventually(async () => (await pair.target.call("GET", "after")) === "1", { timeoutMs: 30_000 });
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  expect(await pair.target.call("EXISTS", "ledger:ours:set")).toBe(0);
  expect(pair.us.countEvents("source.history-lost")).toBe(1);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 2, historiesLost: 1, failovers: 0 });
});

test("it becomes a replica whose master is away: not ready, said so, and after its promotion no full sync", async () => {
  await using pair = await Pair.start();
  const ledger = new Ledger("w");
  await writeIds(pair.master.client(), ledger);
  await pair.caughtUp();
  const { history } = await pair.stream("us-east");

  await pair.us.kill9();
  await pair.master.call("REPLICAOF", "127.0.0.1", 1);
  await pair.us.restart();
  const waiting = await pair.us.untilEvent("service.restarted");
  expect(waiting["code"]).toBe("SOURCE_NOT_READY");
  await eventually(async () => (await pair.stream("us-east")).master?.lastError?.includes("NOMASTERLINK") === true);
  await pair.master.call("REPLICAOF", "NO", "ONE");
  await writeIds(pair.master.client(), ledger);
  await pair.caughtUp();
  expect(await pair.problems([ledger])).toEqual([]);
  expect((await pair.stream("us-east")).history).toBe(history);
  const { master } = await pair.stream("us-east");
  expect(master).toMatchObject({ fullSyncs: 0, partialSyncs: 1, historiesLost: 0, failovers: 1 });
});
