/** Many peers that all need a snapshot: the master forks once, one peer at a time is served, and those that stream notice nothing. */
import { expect, test } from "vitest";
import type { GatewayStatus } from "../../../src/admin/status/gateway.ts";
import { compareServers } from "../../support/digest.ts";
import { eventually } from "../../support/eventually.ts";
import { spawnGateway } from "../../support/gateway.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { writeTopology } from "../../support/topology-file.ts";
import { writeBlobs } from "../../support/writes.ts";

const PEERS = ["eu-west", "ap-south", "sa-east"] as const;

test("three peers at once: one fork, one transfer at a time, and live records pass by", async () => {
  await using folder = await tempFolder("crowd");
  await using master = await RedisServer.start();
  await using eu = await RedisServer.start();
  await using ap = await RedisServer.start();
  await using sa = await RedisServer.start();
  const targets = [eu, ap, sa];
  const replicas = (index: number) => ({ replicas: { "us-east": { url: targets[index]!.url } } });
  const { path, env, ports } = await writeTopology({
    folder: folder.path,
    link: { snapshots: { concurrent: 1, bandwidth: "1MiB/s" } },
    regions: {
      "us-east": { master: { url: master.url } },
      ...Object.fromEntries(PEERS.map((peer, index) => [peer, replicas(index)])),
    },
  });
  const stream = async (region: string) => {
    const response = await fetch(`http://127.0.0.1:${ports[region]!.admin}/status`);
    return ((await response.json()) as GatewayStatus).streams[0]!;
  };
  const chunksOf = async (region: string) => (await stream(region)).snapshot?.chunks ?? 0;
  const isComplete = async (region: string) => (await stream(region)).snapshot?.state === "complete";
  // Random bytes, which no compression makes smaller: about eight seconds for each peer.
  await writeBlobs(master.client(), "blob", 800);
  const start = (region: string) => spawnGateway({ config: path, region, env });
  await using _us = start("us-east");
  await using _eu = start("eu-west");
  await using _ap = start("ap-south");
  await using _sa = start("sa-east");

  await eventually(async () => (await Promise.all(PEERS.map(isComplete))).some(Boolean), {
    timeoutMs: 60_000,
    what: "the first to have it",
  });
  const done = await Promise.all(PEERS.map(isComplete));
  const first = PEERS[done.indexOf(true)]!;
  await eventually(async () => (await stream(first)).phase === "streaming", { what: "the first to stream" });
  // The others are not done: what the master writes now reaches the first one all the same.
  await master.call("SET", "live", "1");
  await eventually(async () => (await targets[PEERS.indexOf(first)]!.call("GET", "live")) === "1", { what: "a live record" });
  expect((await Promise.all(PEERS.map(isComplete))).filter(Boolean).length).toBeLessThan(PEERS.length);
  const others = PEERS.filter((peer) => peer !== first);
  const chunks = await Promise.all(others.map(chunksOf));
  expect(chunks.filter((count) => count === 0).length).toBeGreaterThanOrEqual(1);

  for (const [index, peer] of PEERS.entries()) {
    await eventually(async () => (await stream(peer)).phase === "streaming", { timeoutMs: 60_000, what: peer });
    await eventually(async () => (await targets[index]!.call("GET", "live")) === "1", { timeoutMs: 30_000, what: peer });
    expect((await compareServers(master.client(), targets[index]!.client())).mismatches).toEqual([]);
  }
  expect(await master.info("sync_full")).toBe("1");
});
