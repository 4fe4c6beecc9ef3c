/** Limits and regions that are added to the topology are taken over while the gateways run: no process and no master's connection ends. */
import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareServers } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { spawnCli } from "../support/gateway.ts";
import { withOperator } from "../support/operator.ts";
import { Pair } from "../support/pair.ts";
import { RedisServer } from "../support/redis-server.ts";
import { regionPorts } from "../support/topology-file.ts";

async function reload(pair: Pair, region: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const cli = spawnCli(["reload", "--config", pair.topology.path, "--region", region], { ...pair.topology.env, ...withOperator.env });
  return { code: (await cli.exited).code, output: cli.output };
}

test("a third region takes our stream and gives us its own, without a restart", async () => {
  await using pair = await Pair.start(withOperator);
  await using theirMaster = await RedisServer.start();
  await using theirCopy = await RedisServer.start();
  await using ourCopy = await RedisServer.start();
  const { master } = pair.clients();
  await master.mset({ one: "1", two: "2" });
  await pair.caughtUp();
  const connection = async () => /^id=(\d+)/.exec(String(await master.call("CLIENT", "LIST", "TYPE", "replica")))![1];
  const connectionBefore = await connection();

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
    expect(await reload(pair, region)).toMatchObject({ code: 0, output: expect.stringContaining("regions.ap-south") });
  }
  expect(await reload(pair, "us-east")).toEqual({ code: 0, output: "nothing has changed\n" });

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
  await using pair = await Pair.start(withOperator);
  await using ourCopy = await RedisServer.start();
  await pair.master.call("SET", "one", "1");
  await pair.caughtUp();
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

  const refused = await reload(pair, "eu-west");
  expect(refused).toEqual({
    code: 1,
    output: expect.stringContaining("nothing is taken over, the journal of ap-south/0 cannot be opened"),
  });
  expect(await limits()).toEqual(before);
  await pair.master.call("SET", "two", "2");
  await pair.caughtUp();

  await rm(inTheWay);
  const both = await Promise.all([reload(pair, "eu-west"), reload(pair, "eu-west")]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.map(({ output }) => output).sort()).toEqual(["nothing has changed\n", expect.stringContaining("regions.ap-south")]);
  expect(await limits()).toEqual({ ids: [...before.ids, "ap-south/0"], retention: 3 * 1024 ** 3, channels: 1 });
  expect(pair.eu.exit).toBeUndefined();
});

test("the codec of one link comes, changes and goes; the peer hears why its link is opened anew, and is back after the shortest pause", async () => {
  await using pair = await Pair.start({ ...withOperator, link: { codec: "lz4" } });
  const { master } = pair.clients();
  await pair.caughtUp();
  const topology = JSON.parse(await readFile(pair.topology.path, "utf8"));
  const [way] = topology.links;
  const steps = [
    { entry: { ...way, codec: "zstd" }, codec: "zstd" },
    { entry: { ...way, codec: "lz4" }, codec: "lz4" },
    { entry: { ...way, codec: "zstd" }, codec: "zstd" },
    { entry: way, codec: "lz4" },
  ];
  for (const { entry, codec } of steps) {
    await writeFile(pair.topology.path, JSON.stringify({ ...topology, links: [entry] }));
    for (const region of ["us-east", "eu-west"]) expect(await reload(pair, region)).toEqual({ code: 0, output: "taken over:\n  links\n" });
    // Text of which zstd makes less than LZ4 does.
    await master.set("text", randomBytes(8192).toString("hex"));
    await eventually(async () => expect((await pair.status("us-east")).links[0]?.streams[0]?.packing?.codec).toBe(codec));
    await pair.caughtUp();
  }
  const closed = pair.eu.events.filter(({ event }) => event === "link.closed").map(({ msg }) => msg);
  expect(new Set(closed)).toEqual(new Set(["us-east said goodbye: the topology was read again"]));
  const lost = pair.eu.events.filter(({ event, code, service }) => event === "service.restarted" && service === "link:us-east" && code);
  const afterReloads = lost.filter(({ msg }) => String(msg).includes("goodbye")).map(({ retryInMs }) => Number(retryInMs));
  expect(afterReloads.length).toBeGreaterThan(0);
  expect(Math.max(...afterReloads)).toBeLessThanOrEqual(250);
});
