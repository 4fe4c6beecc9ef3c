/** A promotion whose gateway is killed again and again, in both passes. */
import { expect, test } from "vitest";
import { compareServers } from "../../support/digest.ts";
import { eventually } from "../../support/eventually.ts";
import { operate, withOperator } from "../../support/operator.ts";
import { Pair } from "../../support/pair.ts";

const KEYS = 2_500;
const SOON_MS = 300;

/** Keys with and without a TTL in three databases, some by the snapshot and some by the stream, and one that is over soon. */
async function fill(pair: Pair, from: number): Promise<void> {
  for (const db of [0, 3, 9]) {
    const writes = pair.master.client({ db }).pipeline();
    for (let index = from; index < from + KEYS; index++) {
      if (index % 5 === 0) writes.set(`plain:${index}`, "v");
      else writes.set(`key:${index}`, "v", "PX", 3_600_000 + index);
    }
    writes.hset(`hash:${from}`, "f", "v").pexpireat(`hash:${from}`, 4102444800123).set(`far:${from}`, "v", "PXAT", 9999999999999998);
    await writes.exec();
  }
}

test("every expiry is the source's own, though the gateway is killed in both passes; nothing is delivered afterwards", async () => {
  await using pair = await Pair.create(withOperator);
  await fill(pair, 0);
  pair.run();
  await pair.caughtUp();
  await fill(pair, KEYS);
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  // The region is lost: what ends from now on is said by nobody.
  for (let soonMs = SOON_MS; ; soonMs *= 2) {
    await pair.master.call("SET", "over", "v", "PX", soonMs);
    await pair.caughtUp();
    pair.proxy.cut();
    if ((await pair.master.call("EXISTS", "over")) === 1) break;
    pair.proxy.heal();
  }
  await pair.us.kill9();
  await eventually(async () => (await pair.master.call("EXISTS", "over")) === 0, { what: "the end of a key" });
  expect(await pair.target.call("EXISTS", "over")).toBe(1);

  for (const unit of [6, 20, 15]) {
    const dying = await pair.respawn("eu-west", { env: { CAUSEWAY_CRASH_POINT: `delivery-promoting:${unit}` } });
    const asked = async () => {
      await operate(pair, "promote", "--stream", "us-east");
      return dying.exit !== undefined;
    };
    await eventually(asked, { timeoutMs: 30_000, what: `unit ${unit}` });
  }
  await pair.respawn("eu-west");
  // Begun is begun: it goes on without being asked.
  await eventually(async () => (await pair.stream("eu-west")).phase === "promoted", {
    timeoutMs: 30_000,
    what: "the end of the promotion",
  });
  // What was done before the last kill counts, too.
  expect((await pair.stream("eu-west")).delivery?.promotion?.done).toBeGreaterThanOrEqual((3 * 2 * KEYS * 4) / 5);
  const { code, output } = await operate(pair, "promote", "--stream", "us-east/0");
  expect([code, output]).toEqual([0, expect.stringContaining("us-east/0 is promoted at eu-west")]);

  expect(await pair.target.call("EXISTS", "over")).toBe(0);
  const { mismatches, keys } = await compareServers(pair.master.client(), pair.target.client());
  expect(mismatches).toEqual([]);
  expect(keys).toBeGreaterThan(6 * KEYS);
  expect(await pair.target.call("PEXPIRETIME", "hash:0")).toBe(4102444800123);
  expect(await pair.target.call("PEXPIRETIME", "far:0")).toBe(9999999999999998);

  pair.proxy.heal();
  await pair.respawn("us-east");
  await pair.target.call("SET", "application", "1", "PX", 3_600_000);
  await pair.master.call("SET", "late", "1");
  const offset = BigInt((await pair.master.info("master_repl_offset"))!);
  const received = async () => BigInt((await pair.stream("eu-west")).positions.received ?? 0) >= offset;
  await eventually(received, { timeoutMs: 30_000, what: "the journal to have the write" });
  expect([await pair.target.call("EXISTS", "late"), await pair.target.call("EXISTS", "application")]).toEqual([0, 1]);
  const { delivery } = await pair.stream("eu-west");
  expect(delivery?.state).toBe("promoted");
});
