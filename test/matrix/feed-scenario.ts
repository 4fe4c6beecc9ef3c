/** What every version goes through on the feed. Each function returns the cells of its row; it throws when something is not as it has to be. */
import { eventually } from "../support/eventually.ts";
import { FedPair } from "../support/fed-pair.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { Workload } from "../support/workload.ts";

const SAVES = ["--save", "3600", "1", "--repl-diskless-load", "disabled"];
/** So that a PING that reached one sibling only does not make a full sync right. */
const QUIET = ["--repl-ping-replica-period", "3600"];

/** Master and replicas of one kind. */
export async function attachEachWay(bin: string): Promise<readonly string[]> {
  await using pair = await FedPair.start({ bin, masterArgs: QUIET });
  await write(pair.master, "before");
  const [killed, restarted] = [await pair.attach({ args: SAVES }), await pair.attach({ args: SAVES })];
  const sub = await pair.attach({ to: restarted });
  const same = async () => {
    for (const replica of [killed, restarted, sub]) await pair.same(replica);
  };
  await write(pair.master, "streamed");
  await same();
  await expectSyncs(pair, "first sync", { full: 2, partial: 0 });
  const rdb = String((await pair.gateway("eu-west").untilEvent("feed.snapshot-sent"))["rdb"]).slice(0, 9);

  await killed.call("SAVE");
  await killed.kill9();
  await write(pair.master, "killed");
  await killed.restart();
  await same();
  await expectSyncs(pair, "after kill -9 of a replica", { full: 2, partial: 1 });

  await restarted.restart();
  await write(pair.master, "restarted");
  await same();
  await expectSyncs(pair, "after the restart of a replica", { full: 2, partial: 2 });

  await pair.respawn("eu-west");
  await eventually(async () => (await pair.feed()).replicas.length === 2, { timeoutMs: 60_000 });
  await write(pair.master, "respawned");
  await same();
  await expectSyncs(pair, "after kill -9 of the gateway", { full: 0, partial: 2 });

  await killed.call("REPLICAOF", "NO", "ONE");
  await killed.call("SET", "after:promotion", "yes");
  await restarted.call("REPLICAOF", "127.0.0.1", killed.port);
  for (const sibling of [restarted, sub]) await pair.same(sibling, killed);
  const [full, partial] = [await killed.info("sync_full"), await killed.info("sync_partial_ok")];
  if (full !== "0" || partial !== "1") throw new Error(`after the promotion: ${full} full, ${partial} partial syncs`);
  return [rdb, "full sync", "partial", "partial", "partial", "partial", "equal"];
}

/** A replica of another kind than the master: it becomes the same, or the gateway says why it cannot. */
export async function attachToOther(masterBin: string, replicaBin: string, reads: boolean): Promise<string> {
  await using pair = await FedPair.start({ bin: masterBin });
  const client = pair.master.client();
  await client.mset("one", 1, "two", 2);
  await client.hset("hash", "field", "value");
  const replica = await pair.attach({ bin: replicaBin });
  if (!reads) {
    const { rdb } = await pair.gateway("eu-west").untilEvent("feed.snapshot-refused", 30_000);
    const { lastError } = await pair.feed();
    if (!lastError?.includes(String(rdb))) throw new Error(`the gateway says: ${lastError}`);
    return `refuses ${rdb}: named`;
  }
  await eventually(async () => (await replica.info("master_link_status")) === "up", { timeoutMs: 30_000 });
  await client.set("streamed", "yes");
  await eventually(async () => (await replica.call("GET", "streamed")) === "yes");
  return "attaches";
}

async function write(master: RedisServer, name: string, commands = 2_000): Promise<void> {
  await using load = await Workload.start(master.client(), { seed: name.length, name, commandsPerSecond: 2_000 });
  await eventually(() => load.stats.commands > commands, { timeoutMs: 60_000 });
  await load.stop();
}

async function expectSyncs(pair: FedPair, when: string, wanted: { readonly full: number; readonly partial: number }): Promise<void> {
  const { fullSyncs, partialSyncs, lastError } = await pair.feed();
  if (fullSyncs === wanted.full && partialSyncs === wanted.partial) return;
  throw new Error(
    `${when}: ${fullSyncs} full and ${partialSyncs} partial syncs, not ${wanted.full} and ${wanted.partial}; ${lastError ?? ""}`,
  );
}
