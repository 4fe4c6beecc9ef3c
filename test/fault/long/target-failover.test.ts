/** The target's own region fails over, or the target becomes somebody's replica. */
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { Pair } from "../../support/pair.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { deliverySays, loads, streaming, underLoad } from "../../support/under-load.ts";
import { WanProxy } from "../../support/wan-proxy.ts";

test("failover to a lagging replica of the target: continued from the checkpoint that it has", async () => {
  await using replica = await RedisServer.start();
  let address: WanProxy | undefined;
  await using pair = await Pair.start({
    write: async (target) => {
      address = await WanProxy.start({ target: { port: target.port } });
      return { url: `redis://127.0.0.1:${address.port}` };
    },
  });
  await using _address = address!;
  const offsetIn = async (server: RedisServer) =>
    Number(/offset=(\d+)/.exec(String(await server.call("GET", "causeway:checkpoint:{us-east/0}")))?.[1] ?? 0);
  await underLoad(pair, 51, async ({ more }) => {
    await replica.call("REPLICAOF", "127.0.0.1", pair.target.port);
    await eventually(async () => (await replica.info("master_link_status")) === "up");
    await more(500);
    await replica.call("REPLICAOF", "NO", "ONE");
    const left = await offsetIn(replica);
    await eventually(async () => (await offsetIn(pair.target)) > left + 50_000, { what: "a replica that lags" });
    await pair.target.kill9();
    await pair.target.restart();
    address!.moveTo(replica.port);
    await eventually(async () => (await offsetIn(replica)) > left, { timeoutMs: 20_000, what: "going on" });
    // The old target is emptied, so that it may take the new one's part in the comparison.
    await pair.target.call("REPLICAOF", "127.0.0.1", replica.port);
  });
  expect(pair.eu.countEvents("delivery.went-back")).toBe(1);
  expect(loads(pair)).toBe(1);
});

test("the target becomes the replica of a foreign server: nothing is written there, also not when it is a master again", async () => {
  await using foreign = await RedisServer.start();
  await foreign.call("SET", "foreign", "1");
  await using pair = await Pair.start();
  await streaming(pair);
  await pair.master.call("SET", "n", "1");
  await pair.caughtUp();
  await pair.target.call("REPLICAOF", "127.0.0.1", foreign.port);
  await eventually(async () => (await pair.target.call("EXISTS", "foreign")) === 1);
  await pair.master.call("SET", "n", "2");
  await deliverySays(pair, "TARGET_REFUSED", "halted");
  await pair.target.call("REPLICAOF", "NO", "ONE");
  await pair.eu.restart();
  expect(await pair.eu.exited).toMatchObject({ code: 3 });
  expect([await pair.target.call("DBSIZE"), await foreign.call("DBSIZE")]).toEqual([1, 1]);
});
