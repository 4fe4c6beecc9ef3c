/** Faults of a line that need minutes: longer than any liveness, timeout or backoff. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { compareServers } from "../../support/digest.ts";
import { eventually } from "../../support/eventually.ts";
import { spawnGateway } from "../../support/gateway.ts";
import { Pair } from "../../support/pair.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { regionPorts, writeTopology } from "../../support/topology-file.ts";
import { WanProxy } from "../../support/wan-proxy.ts";
import { Workload } from "../../support/workload.ts";

const MASTER_ARGS = ["--repl-backlog-size", "256mb"];
const LOAD = { seed: 41, commandsPerSecond: 500 };

test("the link is reset every 200 ms for a minute", async () => {
  await using pair = await Pair.start({ masterArgs: MASTER_ARGS });
  await eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000 });
  await using workload = await Workload.start(pair.master.client(), LOAD);
  for (let left = 300; left > 0; left--) {
    pair.proxy.reset();
    await sleep(200);
  }
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
});

test("the lines to the master and to the target are half-open for longer than their timeouts", async () => {
  await using master = await RedisServer.start({ args: MASTER_ARGS });
  await using target = await RedisServer.start();
  await using masterLine = await WanProxy.start({ target: { port: master.port } });
  await using targetLine = await WanProxy.start({ target: { port: target.port } });
  await using folder = await tempFolder("half-open");
  const ports = await regionPorts(["us-east", "eu-west"]);
  const { path: config, env } = await writeTopology({
    folder: folder.path,
    ports,
    regions: {
      "us-east": { master: { url: `redis://127.0.0.1:${masterLine.port}` } },
      "eu-west": { replicas: { "us-east": { url: `redis://127.0.0.1:${targetLine.port}` } } },
    },
  });
  await using us = spawnGateway({ config, region: "us-east", env });
  await using eu = spawnGateway({ config, region: "eu-west", env });
  await eu.untilEvent("delivery.streaming");
  await using workload = await Workload.start(master.client(), LOAD);
  masterLine.halfOpen();
  targetLine.halfOpen();
  await us.untilEvent("source.resumed", 120_000);
  await eventually(() => eu.countEvents("delivery.streaming") > 1, { timeoutMs: 120_000, what: "a new connection to the target" });
  await workload.stop();
  await eventually(async () => expect((await compareServers(master.client(), target.client())).mismatches).toEqual([]), {
    timeoutMs: 60_000,
    intervalMs: 500,
  });
  expect(await master.info("sync_full")).toBe("1");
});
