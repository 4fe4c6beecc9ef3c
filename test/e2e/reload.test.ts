/** Limits and regions that are added to the topology are taken over while the gateways run: no process and no master's connection ends. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareServers } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { spawnCli } from "../support/gateway.ts";
import { Pair } from "../support/pair.ts";
import { RedisServer } from "../support/redis-server.ts";
import { regionPorts } from "../support/topology-file.ts";

const TOKEN = "the-token-of-an-operator";

test("a third region takes our stream and gives us its own, without a restart", async () => {
  await using pair = await Pair.start({
    env: { OPERATOR_TOKEN: TOKEN },
    token: TOKEN,
    admin: { clients: { operator: { role: "operator", token: `\${OPERATOR_TOKEN}` } } },
  });
  await using theirMaster = await RedisServer.start();
  await using theirCopy = await RedisServer.start();
  await using ourCopy = await RedisServer.start();
  const { master } = pair.clients();
  await master.mset({ one: "1", two: "2" });
  await pair.caughtUp();
  const connection = async () => /^id=(\d+)/.exec(String(await master.call("CLIENT", "LIST", "TYPE", "replica")))![1];
  const connectionBefore = await connection();
  const reload = async (region: string) => {
    const cli = spawnCli(["reload", "--config", pair.topology.path, "--region", region], { ...pair.topology.env, OPERATOR_TOKEN: TOKEN });
    return { code: (await cli.exited).code, output: cli.output };
  };

  const { link, admin } = (await regionPorts(["ap-south"]))["ap-south"]!;
  const topology = JSON.parse(await readFile(pair.topology.path, "utf8"));
  topology.regions["ap-south"] = {
    gateway: {
      listen: `127.0.0.1:${link}`,
      url: `ws://127.0.0.1:${link}`,
      admin: `127.0.0.1:${admin}`,
      data: `${pair.topology.path}.data`,
    },
    master: { url: theirMaster.url },
    replicas: { "us-east": { write: { url: theirCopy.url } } },
  };
  topology.regions["eu-west"].replicas["ap-south"] = { write: { url: ourCopy.url } };
  topology.regions["eu-west"].replicas["us-east"].write.guard = { shrink: 0.9 };
  topology.journal = { retention: { bytes: "3GiB" } };
  topology.link = { ...topology.link, window: "1MiB", snapshots: { concurrent: 2 } };
  await writeFile(pair.topology.path, JSON.stringify(topology));
  for (const region of ["us-east", "eu-west"]) {
    expect(await reload(region)).toMatchObject({ code: 0, output: expect.stringContaining("regions.ap-south") });
  }
  expect(await reload("us-east")).toEqual({ code: 0, output: "nothing has changed\n" });

  pair.spawn("ap-south");
  await master.set("three", "3");
  await theirMaster.client().set("theirs", "4");
  const same = (left: RedisServer, right: RedisServer) =>
    eventually(
      async () => {
        const { keys, mismatches } = await compareServers(left.client(), right.client());
        expect(mismatches).toEqual([]);
        expect(keys).toBeGreaterThan(0);
      },
      { timeoutMs: 30_000, intervalMs: 200 },
    );
  await same(pair.master, theirCopy);
  await same(pair.master, pair.target);
  await same(theirMaster, ourCopy);

  const { links, streams, listener } = await pair.status("us-east");
  expect(streams[0]!.journal.retentionBytes).toBe(3 * 1024 ** 3);
  expect(listener!.snapshots).toMatchObject({ concurrent: 2 });
  await eventually(async () => {
    const now = (await pair.status("us-east")).links;
    expect(now.map(({ peer, phase, sameTopology }) => [peer, phase, sameTopology])).toEqual([
      ["eu-west", "open", true],
      ["ap-south", "open", true],
    ]);
    expect(now.map(({ streams: [stream] }) => stream!.lag!.behindBytes.applied)).toEqual([0, 0]);
  });
  expect(links).toHaveLength(2);
  expect(await connection()).toBe(connectionBefore);
  expect([pair.us.exit, pair.eu.exit]).toEqual([undefined, undefined]);
});

test("a journal that cannot be opened keeps everything as it was, limits too; once it can be, everything is taken over", async () => {
  await using pair = await Pair.start({
    env: { OPERATOR_TOKEN: TOKEN },
    token: TOKEN,
    admin: { clients: { operator: { role: "operator", token: `\${OPERATOR_TOKEN}` } } },
  });
  await using ourCopy = await RedisServer.start();
  await pair.master.call("SET", "one", "1");
  await pair.caughtUp();
  const reload = async () => {
    const cli = spawnCli(["reload", "-c", pair.topology.path, "-r", "eu-west"], { ...pair.topology.env, OPERATOR_TOKEN: TOKEN });
    return { code: (await cli.exited).code, output: cli.output };
  };
  const limits = async () => {
    const { streams, alerts } = await pair.status("eu-west");
    return { ids: streams.map(({ id }) => id), retention: streams[0]!.journal.retentionBytes, channels: alerts.channels.length };
  };
  const before = await limits();

  const { link, admin } = (await regionPorts(["ap-south"]))["ap-south"]!;
  const topology = JSON.parse(await readFile(pair.topology.path, "utf8"));
  const at = `127.0.0.1:${link}`;
  topology.regions["ap-south"] = {
    gateway: { listen: at, url: `ws://${at}`, admin: `127.0.0.1:${admin}`, data: `${pair.topology.path}.data` },
    master: { url: "redis://127.0.0.1:9" },
  };
  topology.regions["eu-west"].replicas["ap-south"] = { write: { url: ourCopy.url } };
  topology.journal = { retention: { bytes: "3GiB" } };
  topology.alerts = { channels: { here: { type: "webhook", url: "http://127.0.0.1:9/" } } };
  await writeFile(pair.topology.path, JSON.stringify(topology));
  const inTheWay = join(topology.regions["eu-west"].gateway.data, "ap-south-0");
  await writeFile(inTheWay, "not a folder");

  const refused = await reload();
  expect(refused).toEqual({
    code: 1,
    output: expect.stringContaining("nothing is taken over, the journal of ap-south/0 cannot be opened"),
  });
  expect(await limits()).toEqual(before);
  await pair.master.call("SET", "two", "2");
  await pair.caughtUp();

  await rm(inTheWay);
  const both = await Promise.all([reload(), reload()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.map(({ output }) => output).sort()).toEqual(["nothing has changed\n", expect.stringContaining("regions.ap-south")]);
  expect(await limits()).toEqual({ ids: [...before.ids, "ap-south/0"], retention: 3 * 1024 ** 3, channels: 1 });
  expect(pair.eu.exit).toBeUndefined();
});
