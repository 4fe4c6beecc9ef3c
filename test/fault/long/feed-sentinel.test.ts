/** Real Sentinels beside the gateways: they fail over between real servers, and never to a gateway. */
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { Sentinel } from "../../support/sentinel.ts";

const FAILOVER = { timeoutMs: 60_000, intervalMs: 200 };

test("a sentinel that watches a promoted replica fails over to its sibling", async () => {
  await using pair = await FedPair.start({ masterArgs: ["--repl-ping-replica-period", "3600"] });
  await pair.master.call("SET", "carried", "x");
  const [promoted, sibling] = [await pair.attach(), await pair.attach()];
  for (const replica of [promoted, sibling]) await pair.same(replica);
  await promoted.call("REPLICAOF", "NO", "ONE");
  await sibling.call("REPLICAOF", "127.0.0.1", promoted.port);
  await pair.same(sibling, promoted);
  await using sentinel = await Sentinel.watch(promoted);
  await eventually(async () => (await sentinel.replicas()).get(sibling.port) === "slave", FAILOVER);
  // The feed's ports are nobody's to it: replicas left them when they were promoted or repointed.
  expect([...(await sentinel.replicas()).keys()]).toEqual([sibling.port]);
  await promoted.call("SET", "after:promotion", "x");
  await pair.same(sibling, promoted);
  await promoted.kill9();
  await eventually(async () => (await sentinel.master()) === sibling.port, {
    ...FAILOVER,
    what: `a failover\n${sentinel.log.slice(-500)}`,
  });
  await eventually(async () => (await sibling.info("role")) === "master", FAILOVER);
  expect(await sibling.call("MGET", "carried", "after:promotion")).toEqual(["x", "x"]);
});

test("a sentinel at the origin elects the replica and never the gateway, and fed replicas continue by partial sync", async () => {
  await using pair = await FedPair.start();
  await using heir = await RedisServer.start({
    args: ["--replicaof", "127.0.0.1", `${pair.master.port}`, "--enable-debug-command", "yes"],
  });
  await pair.master.call("SET", "carried", "x");
  const replica = await pair.attach();
  await pair.same(replica);
  await using sentinel = await Sentinel.watch(pair.master);
  const gatewayPort = pair.topology.ports["us-east"]!.link;
  await eventually(async () => {
    const replicas = await sentinel.replicas();
    expect(replicas.get(heir.port)).toBe("slave");
    expect(replicas.get(gatewayPort)).toMatch(/s_down|disconnected/);
  }, FAILOVER);
  await pair.master.kill9();
  await eventually(async () => (await sentinel.master()) === heir.port, FAILOVER);
  await eventually(async () => (await heir.info("role")) === "master", FAILOVER);
  pair.masterAddress.moveTo(heir.port);
  await heir.call("SET", "after:failover", "x");
  await pair.same(replica, heir);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 1, partialSyncs: 1 });
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1, failovers: 1, historiesLost: 0 });
});
