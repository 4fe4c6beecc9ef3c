/** Two masters, two directions, one pair of gateways: separate streams, separate targets, nothing crosses over. */
import { expect, test } from "vitest";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import { compareServers } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { spawnGateway } from "../support/gateway.ts";
import { checkLedgers } from "../support/ledger.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { writeTopology } from "../support/topology-file.ts";
import { Workload } from "../support/workload.ts";

test("both regions' masters are carried to the other region's own target", async () => {
  await using folder = await tempFolder("both-ways");
  await using usMaster = await RedisServer.start();
  await using euMaster = await RedisServer.start();
  await using usTarget = await RedisServer.start();
  await using euTarget = await RedisServer.start();
  const { path, env, ports } = await writeTopology({
    folder: folder.path,
    regions: {
      "us-east": { master: { url: usMaster.url }, replicas: { "eu-west": { url: usTarget.url } } },
      "eu-west": { master: { url: euMaster.url }, replicas: { "us-east": { url: euTarget.url } } },
    },
  });
  await using us = spawnGateway({ config: path, region: "us-east", env });
  await using eu = spawnGateway({ config: path, region: "eu-west", env });
  await using usLoad = await Workload.start(usMaster.client(), { seed: 3, commandsPerSecond: 1_000 });
  await using euLoad = await Workload.start(euMaster.client(), { seed: 4, commandsPerSecond: 1_000 });
  await eventually(() => usLoad.stats.commands > 4_000 && euLoad.stats.commands > 4_000, { timeoutMs: 60_000 });
  await Promise.all([usLoad.stop(), euLoad.stop()]);

  const directions = [
    { stream: "us-east/0", at: ports["eu-west"]!.admin, master: usMaster, target: euTarget, load: usLoad },
    { stream: "eu-west/0", at: ports["us-east"]!.admin, master: euMaster, target: usTarget, load: euLoad },
  ];
  for (const { stream, at, master, target, load } of directions) {
    const wanted = BigInt((await master.info("master_repl_offset"))!);
    await eventually(
      async () => {
        const status = (await (await fetch(`http://127.0.0.1:${at}/status`)).json()) as GatewayStatus;
        return BigInt(status.streams.find(({ id }) => id === stream)?.positions.applied ?? 0) >= wanted;
      },
      { timeoutMs: 60_000, what: `${stream} catching up` },
    );
    const { mismatches, keys } = await compareServers(master.client(), target.client());
    expect(mismatches).toEqual([]);
    expect(keys).toBeGreaterThan(100);
    expect(await checkLedgers(target.client(), load.ledgers)).toEqual([]);
  }
  expect([us.exit, eu.exit]).toEqual([undefined, undefined]);
});
