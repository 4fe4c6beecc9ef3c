/** Peers that come when the journal no longer holds what they need: another snapshot from the master, of the same history. */
import { expect, test } from "vitest";
import type { GatewayStatus } from "../../../src/admin/status/gateway.ts";
import { compareServers } from "../../support/digest.ts";
import { eventually } from "../../support/eventually.ts";
import { type Gateway, spawnGateway } from "../../support/gateway.ts";
import { Pair } from "../../support/pair.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { writeTopology } from "../../support/topology-file.ts";
import { writeBlobs } from "../../support/writes.ts";

const TINY = { segment: "64KiB", retention: { bytes: "1MiB" } };

/** The origin alone, with a journal that has let its beginning go. */
async function originAlone(pair: Pair): Promise<Gateway> {
  const us = pair.spawn("us-east");
  await eventually(async () => (await pair.stream("us-east")).phase === "streaming");
  await writeBlobs(pair.master.client(), "blob", 500);
  await eventually(async () => (await pair.stream("us-east")).journal.droppedNeededBytes > 0, { what: "retention" });
  await eventually(async () => (await pair.stream("us-east")).positions.received === (await pair.master.info("master_repl_offset")));
  return us;
}

async function applied(pair: Pair): Promise<void> {
  const wanted = BigInt((await pair.master.info("master_repl_offset"))!);
  await eventually(async () => BigInt((await pair.stream("eu-west")).positions.applied ?? 0) >= wanted, { timeoutMs: 30_000 });
}

test("a late peer gets a snapshot of the running history, and the stream is not disturbed", async () => {
  await using pair = await Pair.create({ journal: TINY });
  const us = await originAlone(pair);
  const { history } = await pair.stream("us-east");
  pair.spawn("eu-west");
  await us.untilEvent("source.snapshot-finished");
  await writeBlobs(pair.master.client(), "after", 20);
  await applied(pair);
  expect(await pair.problems()).toEqual([]);
  const { master, history: now } = await pair.stream("us-east");
  expect([now, master]).toEqual([history, expect.objectContaining({ fullSyncs: 2, partialSyncs: 0, historiesLost: 0 })]);
});

test("a late peer, while the journal has everything, is served from what is stored: the master is not asked again", async () => {
  await using pair = await Pair.create();
  const us = pair.spawn("us-east");
  await writeBlobs(pair.master.client(), "before", 100);
  await eventually(async () => (await pair.stream("us-east")).phase === "streaming");
  await writeBlobs(pair.master.client(), "after", 100);
  pair.spawn("eu-west");
  await eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000 });
  await applied(pair);
  expect(await pair.problems()).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
  expect(us.countEvents("source.snapshot-started")).toBe(0);
});

test("the late peer is killed while its snapshot arrives: it goes on with the same one", async () => {
  await using pair = await Pair.create({ journal: TINY });
  const us = await originAlone(pair);
  pair.proxy.change({ down: { bytesPerSecond: 500_000 } });
  const eu = pair.spawn("eu-west");
  await eventually(async () => (await pair.stream("eu-west")).snapshot!.chunks > 2, { intervalMs: 5 });
  await eu.kill9();
  pair.proxy.change({ down: { bytesPerSecond: Number.POSITIVE_INFINITY } });
  await eu.restart();
  await eventually(async () => (await pair.stream("eu-west")).phase === "streaming");
  await applied(pair);
  expect(await pair.problems()).toEqual([]);
  expect(us.countEvents("source.snapshot-started")).toBe(1);
  const resumed = us.events.filter(({ event, snapshot }) => event === "link.stream-started" && snapshot !== undefined).at(-1);
  expect(resumed?.["firstChunk"]).toBeGreaterThan(0);
});

test("the late peer is killed while it loads: it loads again, without another snapshot", async () => {
  await using pair = await Pair.create({ journal: TINY });
  const us = await originAlone(pair);
  const eu = pair.spawn("eu-west");
  await eventually(async () => Number(await pair.target.call("DBSIZE")) > 0, { intervalMs: 1 });
  await eu.kill9();
  const loaded = Number(await pair.target.call("DBSIZE"));
  await eu.restart();
  await eventually(async () => (await pair.stream("eu-west")).phase === "streaming");
  await applied(pair);
  expect(loaded).toBeLessThan(502);
  expect(await pair.problems()).toEqual([]);
  expect(us.countEvents("source.snapshot-started")).toBe(1);
});

test("two late peers share one transfer", async () => {
  await using folder = await tempFolder("late-peers");
  await using master = await RedisServer.start();
  await using eu = await RedisServer.start();
  await using ap = await RedisServer.start();
  const { path, env, ports } = await writeTopology({
    folder: folder.path,
    journal: TINY,
    regions: {
      "us-east": { master: { url: master.url } },
      "eu-west": { replicas: { "us-east": { url: eu.url } } },
      "ap-south": { replicas: { "us-east": { url: ap.url } } },
    },
  });
  const start = (region: string) => spawnGateway({ config: path, region, env });
  const stream = async (region: string) => {
    const response = await fetch(`http://127.0.0.1:${ports[region]!.admin}/status`);
    return ((await response.json()) as GatewayStatus).streams[0]!;
  };
  await using us = start("us-east");
  await eventually(async () => (await stream("us-east")).phase === "streaming");
  await writeBlobs(master.client(), "blob", 500);
  await eventually(async () => (await stream("us-east")).journal.droppedNeededBytes > 0, { what: "retention" });

  await using _eu = start("eu-west");
  await using _ap = start("ap-south");
  const wanted = BigInt((await master.info("master_repl_offset"))!);
  for (const region of ["eu-west", "ap-south"])
    await eventually(async () => BigInt((await stream(region)).positions.applied ?? 0) >= wanted, { timeoutMs: 30_000 });
  expect((await compareServers(master.client(), eu.client())).mismatches).toEqual([]);
  expect((await compareServers(master.client(), ap.client())).mismatches).toEqual([]);
  expect(us.countEvents("source.snapshot-started")).toBe(1);
  expect(await master.info("sync_full")).toBe("2");
});
