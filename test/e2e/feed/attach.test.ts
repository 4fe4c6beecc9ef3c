/** Real replicas attach to the gateway: what they become is their master, byte for byte, and what was held is never synced in full again. */
import { connect } from "node:net";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";
import type { RedisServer } from "../../support/redis-server.ts";
import { Workload } from "../../support/workload.ts";

const SAVES = ["--save", "3600", "1", "--repl-diskless-load", "disabled"];

async function write(master: RedisServer, seed: number, commands = 3_000): Promise<void> {
  await using load = await Workload.start(master.client(), { seed, name: `s${seed}`, commandsPerSecond: 2_000 });
  await eventually(() => load.stats.commands > commands, { timeoutMs: 30_000 });
  await load.stop();
}

test("a replica is fed a snapshot and the stream, and is its master: digest, replid and offset", async () => {
  await using pair = await FedPair.start();
  await write(pair.master, 1);
  const replica = await pair.attach();
  await write(pair.master, 2);
  await pair.same(replica);
  const { replicas, fullSyncs, partialSyncs } = await pair.feed();
  expect([fullSyncs, partialSyncs]).toEqual([1, 0]);
  expect(replicas).toEqual([expect.objectContaining({ address: `127.0.0.1:${replica.port}`, state: "online" })]);
  expect((await pair.stream("us-east")).master?.fullSyncs).toBe(1);

  // One that cannot read the snapshot's version closes the connection without a word: the feed names the version.
  const socket = connect(pair.feedPorts["eu-west"], "127.0.0.1");
  socket.write("PSYNC ? -1\r\n");
  let heard = "";
  socket.on("data", (bytes: Buffer) => (heard += bytes.toString("latin1")));
  await eventually(() => /REDIS|VALKEY/.test(heard), { what: "the beginning of the snapshot" });
  socket.destroy();
  const { rdb } = await pair.gateway("eu-west").untilEvent("feed.snapshot-refused");
  expect(rdb).toMatch(/^(REDIS|VALKEY)\d+, written by (redis|valkey) \d+\.\d+/);
  expect(await pair.feed()).toMatchObject({ snapshotsRefused: 1, lastError: expect.stringContaining(`${rdb}`) });
});

test("a replica that is restarted and one that is killed continue by partial sync", async () => {
  await using pair = await FedPair.start();
  await write(pair.master, 3);
  const [restarted, killed] = [await pair.attach({ args: SAVES }), await pair.attach({ args: SAVES })];
  await pair.same(restarted);
  await pair.same(killed);
  await killed.call("SAVE");
  await write(pair.master, 4);
  await Promise.all([restarted.restart(), killed.kill9()]);
  await killed.restart();
  await write(pair.master, 5);
  await pair.same(restarted);
  await pair.same(killed);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 2, partialSyncs: 2 });
});

test("kill -9 of the gateway that feeds: its replicas continue by partial sync", async () => {
  await using pair = await FedPair.start();
  await write(pair.master, 6);
  const replicas = [await pair.attach(), await pair.attach()];
  for (const replica of replicas) await pair.same(replica);
  await using load = await Workload.start(pair.master.client(), { seed: 7, name: "during", commandsPerSecond: 1_000 });
  await eventually(() => load.stats.commands > 500);
  await pair.respawn("eu-west");
  await eventually(async () => (await pair.feed()).replicas.length === 2, { timeoutMs: 30_000 });
  await load.stop();
  for (const replica of replicas) await pair.same(replica);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 0, partialSyncs: 2 });
});

test("promotion: REPLICAOF NO ONE on one, and its repointed sibling continues by partial sync", async () => {
  // A PING that reached the sibling and not the promoted one would make a full sync right: none may come between the comparison and the promotion.
  await using pair = await FedPair.start({ masterArgs: ["--repl-ping-replica-period", "3600"] });
  await write(pair.master, 8);
  const [promoted, sibling] = [await pair.attach(), await pair.attach()];
  // Nor the deletion of a key whose time has come.
  await pair.master.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
  await pair.same(promoted);
  await pair.same(sibling);
  const replid = await pair.master.info("master_replid");
  await promoted.call("REPLICAOF", "NO", "ONE");
  await promoted.call("SET", "after:promotion", "yes");
  await sibling.call("REPLICAOF", "127.0.0.1", promoted.port);
  await pair.same(sibling, promoted);
  expect([await promoted.info("master_replid2"), await promoted.info("sync_full"), await promoted.info("sync_partial_ok")]).toEqual([
    replid,
    "0",
    "1",
  ]);
  expect(await sibling.call("GET", "after:promotion")).toBe("yes");
});
