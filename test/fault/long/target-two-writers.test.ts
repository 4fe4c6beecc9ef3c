/** ONE_WRITER: two gateways believe that they own the same target. */
import { expect, test } from "vitest";
import type { GatewayStatus } from "../../../src/admin/status/gateway.ts";
import { compareServers } from "../../support/digest.ts";
import { eventually } from "../../support/eventually.ts";
import { type Gateway, spawnGateway } from "../../support/gateway.ts";
import { checkLedgers } from "../../support/ledger.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { regionPorts, writeTopology } from "../../support/topology-file.ts";
import { WanProxy } from "../../support/wan-proxy.ts";
import { Workload } from "../../support/workload.ts";

const stateOf = async (admin: number) => {
  const response = await fetch(`http://127.0.0.1:${admin}/status`, { signal: AbortSignal.timeout(3_000) });
  const { services, streams } = (await response.json()) as GatewayStatus;
  return { service: services.find(({ name }) => name === "delivery:us-east")!, applied: BigInt(streams[0]?.positions.applied ?? 0) };
};

test("one of them halts and says why, the other goes on, and every effect is there exactly once", async () => {
  await using master = await RedisServer.start();
  await using target = await RedisServer.start();
  await using other = await WanProxy.start({ target: { port: target.port } });
  await using folder = await tempFolder("two-writers");
  const ports = await regionPorts(["us-east", "eu-west", "eu-east"]);
  const { path, env } = await writeTopology({
    folder: folder.path,
    ports,
    regions: {
      "us-east": { master: { url: master.url } },
      "eu-west": { replicas: { "us-east": { url: target.url } } },
      // The same server under another address, which no check of the file can know.
      "eu-east": { replicas: { "us-east": { url: `redis://127.0.0.1:${other.port}` } } },
    },
  });
  const start = (region: string): Gateway => spawnGateway({ config: path, region, env });
  await using _us = start("us-east");
  await using older = start("eu-west");
  await using workload = await Workload.start(master.client(), { seed: 81, commandsPerSecond: 1_000 });
  await older.untilEvent("delivery.streaming");
  await eventually(async () => (await stateOf(ports["eu-west"]!.admin)).applied > 0n);

  await using newer = start("eu-east");
  await eventually(() => newer.countEvents("gateway.started") === 1);
  const [loser, winner] = await eventually(async () => {
    for (const [one, other] of [
      ["eu-west", "eu-east"],
      ["eu-east", "eu-west"],
    ] as const) {
      if ((await stateOf(ports[one]!.admin)).service.state === "halted") return [one, other] as const;
    }
    throw new Error("both go on");
  });
  expect((await stateOf(ports[loser]!.admin)).service).toMatchObject({
    code: "CHECKPOINT_CONFLICT",
    message: expect.stringContaining("another gateway"),
  });

  const seen = workload.stats.commands;
  await eventually(() => workload.stats.commands > seen + 1_500, { timeoutMs: 20_000 });
  await workload.stop();
  const end = BigInt((await master.info("master_repl_offset"))!);
  await eventually(async () => (await stateOf(ports[winner]!.admin)).applied >= end, { timeoutMs: 30_000 });
  expect((await compareServers(master.client(), target.client())).mismatches).toEqual([]);
  expect(await checkLedgers(target.client(), workload.ledgers)).toEqual([]);
});
