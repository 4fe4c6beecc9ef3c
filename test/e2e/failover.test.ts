/** The master fails over: to a replica that has everything (same history, new replid), and to one that does not (a new history, loudly). */
import { expect, test } from "vitest";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import { compareServers } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { spawnGateway } from "../support/gateway.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { writeTopology } from "../support/topology-file.ts";
import { WanProxy } from "../support/wan-proxy.ts";
import { Workload } from "../support/workload.ts";

async function attached(master: RedisServer): Promise<RedisServer> {
  const replica = await RedisServer.start({ args: ["--replicaof", `127.0.0.1 ${master.port}`] });
  await eventually(async () => (await replica.info("master_link_status")) === "up");
  return replica;
}

async function statusOf(admin: number): Promise<GatewayStatus["streams"][number]> {
  const response = await fetch(`http://127.0.0.1:${admin}/status`, { signal: AbortSignal.timeout(3_000) });
  return ((await response.json()) as GatewayStatus).streams[0]!;
}

test.each(["complete", "behind"] as const)("failover to a replica that is %s", async (kind) => {
  await using master = await RedisServer.start();
  await using replica = await attached(master);
  await using target = await RedisServer.start();
  await using address = await WanProxy.start({ target: { port: master.port } });
  await using folder = await tempFolder("failover");
  const { path, env, ports } = await writeTopology({
    folder: folder.path,
    regions: {
      "us-east": { master: { url: `redis://127.0.0.1:${address.port}` } },
      "eu-west": { replicas: { "us-east": { url: target.url } } },
    },
  });
  await using us = spawnGateway({ config: path, region: "us-east", env });
  await using _eu = spawnGateway({ config: path, region: "eu-west", env });
  const [origin, peer] = [ports["us-east"]!.admin, ports["eu-west"]!.admin];
  const appliedUpTo = (wanted: bigint) =>
    eventually(async () => BigInt((await statusOf(peer)).positions.applied ?? 0) >= wanted, { timeoutMs: 60_000, what: "catching up" });
  const offsetOf = async (server: RedisServer) => BigInt((await server.info("master_repl_offset"))!);

  await using before = await Workload.start(master.client(), { seed: 21, commandsPerSecond: 1_000 });
  await eventually(() => before.stats.commands > 3_000, { timeoutMs: 30_000 });
  await before.stop();
  await appliedUpTo(await offsetOf(master));
  const history = (await statusOf(origin)).history;

  if (kind === "behind") {
    await replica.call("REPLICAOF", "NO", "ONE");
    await master.call("SET", "never:replicated", "x");
    await appliedUpTo(await offsetOf(master));
    expect(await target.call("EXISTS", "never:replicated")).toBe(1);
  } else {
    const end = await offsetOf(master);
    await eventually(async () => (await offsetOf(replica)) >= end);
    await replica.call("REPLICAOF", "NO", "ONE");
  }
  await master.kill9();
  address.moveTo(replica.port);
  await using after = await Workload.start(replica.client(), { seed: 22, commandsPerSecond: 1_000 });
  await eventually(() => after.stats.commands > 3_000, { timeoutMs: 30_000 });
  await after.stop();
  await eventually(async () => (await statusOf(origin)).phase === "streaming", { timeoutMs: 30_000 });
  if (kind === "behind")
    await eventually(async () => (await statusOf(peer)).history === (await statusOf(origin)).history, { timeoutMs: 30_000 });
  await appliedUpTo(await offsetOf(replica));

  const { master: link, history: now } = await statusOf(origin);
  if (kind === "complete") {
    expect([now, link]).toEqual([history, expect.objectContaining({ fullSyncs: 1, partialSyncs: 1, failovers: 1, historiesLost: 0 })]);
    expect(us.countEvents("source.failed-over")).toBe(1);
  } else {
    expect(now).not.toBe(history);
    expect(us.countEvents("source.history-lost")).toBe(1);
    expect(link).toMatchObject({ failovers: 0, historiesLost: 1 });
    expect(await target.call("EXISTS", "never:replicated")).toBe(0);
  }
  expect((await compareServers(replica.client(), target.client())).mismatches).toEqual([]);
});
