/** ACK_AFTER_DURABLE towards the master: what its WAIT counted, our journal has, whatever dies next. */
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";

const ALWAYS = { fsync: "always" };

test("master and gateway are killed together: every write that WAIT counted reaches the peer from the journal", async () => {
  await using pair = await Pair.start({ journal: ALWAYS });
  await pair.caughtUp();
  pair.proxy.cut("blackhole");
  const client = pair.master.client();
  const counted: number[] = [];
  for (let id = 0; id < 100; id++) {
    await client.rpush("ids", id);
    if ((await client.wait(1, 5_000)) === 1) counted.push(id);
  }
  await Promise.all([pair.us.kill9(), pair.master.kill9()]);
  expect(counted.length).toBeGreaterThan(50);
  expect(await pair.target.call("EXISTS", "ids")).toBe(0);

  pair.proxy.heal();
  await pair.us.restart();
  const target = pair.target.client();
  await eventually(async () => (await target.llen("ids")) >= counted.at(-1)! + 1, { timeoutMs: 30_000 });
  const ids = (await target.lrange("ids", 0, -1)).map(Number);
  expect(ids).toEqual(ids.map((_, index) => index));
});

test("killed between write and fsync: WAIT has not counted the write", async () => {
  await using pair = await Pair.create({ journal: ALWAYS, masterArgs: ["--repl-ping-replica-period", "3600"] });
  await using us = pair.spawn("us-east", { env: { CAUSEWAY_CRASH_POINT: "journal-written-not-synced" } });
  await eventually(async () => (await pair.stream("us-east")).phase === "streaming");
  const client = pair.master.client();
  await client.set("k", "v");
  expect(await client.wait(1, 5_000)).toBe(0);
  expect((await us.exited).signal).toBe("SIGKILL");
});
