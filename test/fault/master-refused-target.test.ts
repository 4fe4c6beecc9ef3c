/** A gateway that keeps its own master's writes goes on with that when its target refuses it; one that does nothing else ends. */
import { expect, test } from "vitest";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import { compareServers } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { spawnGateway } from "../support/gateway.ts";
import { Ledger } from "../support/ledger.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { writeTopology } from "../support/topology-file.ts";
import { writeIds } from "../support/writes.ts";

test("a refused target beside a master: said, halted, and the master's stream goes on", async () => {
  await using folder = await tempFolder("refused-target");
  await using usMaster = await RedisServer.start();
  await using euMaster = await RedisServer.start();
  await using refusing = await RedisServer.start();
  await using target = await RedisServer.start();
  await using alsoRefusing = await RedisServer.start();
  for (const server of [refusing, alsoRefusing]) await server.call("SET", "somebody:else", "1");
  await writeIds(usMaster.client(), new Ledger("us"));
  await writeIds(euMaster.client(), new Ledger("eu"));
  const { path, env, ports } = await writeTopology({
    folder: folder.path,
    regions: {
      "us-east": { master: { url: usMaster.url }, replicas: { "eu-west": { url: refusing.url } } },
      "eu-west": { master: { url: euMaster.url }, replicas: { "us-east": { url: target.url } } },
      "ap-south": { replicas: { "eu-west": { url: alsoRefusing.url } } },
    },
  });
  const status = async (region: string) => (await (await fetch(`http://127.0.0.1:${ports[region]!.admin}/status`)).json()) as GatewayStatus;
  await using us = spawnGateway({ config: path, region: "us-east", env });
  await using _eu = spawnGateway({ config: path, region: "eu-west", env });
  await using ap = spawnGateway({ config: path, region: "ap-south", env });
  expect((await ap.exited).code).toBe(3);
  await us.untilEvent("gateway.started");
  expect(us.events.filter(({ event, finding }) => event === "preflight.warned" && finding === "refused")).toHaveLength(1);

  await eventually(async () => {
    const delivery = (await status("us-east")).services.find(({ name }) => name === "delivery:eu-west");
    expect(delivery).toMatchObject({ state: "halted", code: "TARGET_NOT_EMPTY" });
  });
  await writeIds(usMaster.client(), new Ledger("after"));
  const wanted = BigInt((await usMaster.info("master_repl_offset"))!);
  await eventually(async () => {
    const carried = (await status("eu-west")).streams.find(({ id }) => id === "us-east/0");
    return carried?.phase === "streaming" && BigInt(carried.positions.applied ?? 0) >= wanted;
  });
  expect((await compareServers(usMaster.client(), target.client())).mismatches).toEqual([]);
  expect(await refusing.call("DBSIZE")).toBe(1);
  expect(us.exit).toBeUndefined();
});
