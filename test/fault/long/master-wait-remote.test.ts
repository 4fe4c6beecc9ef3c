/** ACK_AFTER_DURABLE across regions: what WAIT counted under `master.ack`, another region has, whatever dies at the origin. */
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";
import { Pair } from "../../support/pair.ts";

const RTT_MS = 80;
const WRITES = 40;

test.each(["remote-durable", "remote-applied"] as const)(
  "%s: everything at the origin is killed, and every write that WAIT counted is there",
  async (ack) => {
    await using pair = await Pair.start({ rttMs: RTT_MS, source: () => ({ ack }) });
    await pair.caughtUp();
    const [client, target] = [pair.master.client(), pair.target.client()];
    for (let id = 0; id < WRITES; id++) {
      await client.rpush("ids", id);
      expect(await client.wait(1, 2_000)).toBe(1);
      if (ack === "remote-applied") expect(await target.llen("ids")).toBe(id + 1);
    }
    await Promise.all([pair.us.kill9(), pair.master.kill9()]);
    await eventually(async () => (await target.llen("ids")) >= WRITES);
    expect((await target.lrange("ids", 0, -1)).map(Number)).toEqual(Array.from({ length: WRITES }, (_, id) => id));
  },
);

test("what no other region has is not counted, also after a restart; it is once the link heals", async () => {
  await using pair = await Pair.start({ rttMs: RTT_MS, source: () => ({ ack: "remote-durable" }) });
  await pair.caughtUp();
  const client = pair.master.client();
  await client.set("before", "x");
  expect(await client.wait(1, 2_000)).toBe(1);
  pair.proxy.cut("blackhole");
  await client.set("during", "x");
  expect(await client.wait(1, 1_000)).toBe(0);
  await pair.respawn("us-east");
  await eventually(async () => (await pair.stream("us-east")).phase === "streaming");
  expect(await client.wait(1, 1_500)).toBe(0);
  pair.proxy.heal();
  await eventually(async () => (await client.wait(1, 2_000)) === 1, { timeoutMs: 30_000 });
  expect(await pair.target.call("GET", "during")).toBe("x");
});

test("remote-applied with a feed: WAIT counts what a real replica in the other region has", async () => {
  await using pair = await FedPair.start({ rttMs: RTT_MS, ack: "remote-applied" });
  await pair.master.call("SET", "first", "x");
  const client = pair.master.client();
  expect(await client.wait(1, 500)).toBe(0);
  const replica = await pair.attach();
  await pair.same(replica);
  for (let id = 0; id < WRITES; id++) {
    await client.rpush("ids", id);
    expect(await client.wait(1, 2_000)).toBe(1);
    expect(await replica.call("LLEN", "ids")).toBe(id + 1);
  }
});
