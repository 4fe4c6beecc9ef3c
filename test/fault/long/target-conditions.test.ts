/** The target is there and takes no writes for a while: each condition is waited for, nothing is lost, doubled or loaded again. */
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { Pair } from "../../support/pair.ts";
import { conditions, delivery, deliverySays, loads, underLoad } from "../../support/under-load.ts";

test("-OOM: maxmemory is reached without eviction, and raised later", async () => {
  await using pair = await Pair.start();
  await underLoad(pair, 41, async ({ more }) => {
    await pair.target.call("CONFIG", "SET", "maxmemory", "1mb");
    await deliverySays(pair, "TARGET_BUSY", "waiting");
    await more(1_000);
    await pair.target.call("CONFIG", "SET", "maxmemory", "0");
  });
  expect([...conditions(pair)]).toEqual(["OOM"]);
  expect(loads(pair)).toBe(1);
});

test("-READONLY: the target is made a replica of nobody who answers, and a master again", async () => {
  await using pair = await Pair.start();
  await underLoad(pair, 42, async ({ more }) => {
    await pair.target.call("REPLICAOF", "127.0.0.1", "1");
    await deliverySays(pair, "TARGET_BUSY", "waiting");
    await more(1_000);
    await pair.target.call("REPLICAOF", "NO", "ONE");
  });
  expect(loads(pair)).toBe(1);
});

test("-BUSY: a stray client's script runs without end, until somebody kills it", async () => {
  await using pair = await Pair.start({ targetArgs: ["--busy-reply-threshold", "50"] });
  await underLoad(pair, 43, async ({ more }) => {
    const killer = pair.target.client();
    await killer.ping();
    const stray = pair.target.client({ maxRetriesPerRequest: 0 }).call("EVAL", "while true do end", "0");
    stray.catch(() => undefined);
    await eventually(() => conditions(pair).has("BUSY"), { what: "waiting" });
    await more(500);
    await killer.call("SCRIPT", "KILL");
    await expect(stray).rejects.toThrow();
  });
  expect(loads(pair)).toBe(1);
});

test("CLIENT PAUSE holds the writes back without an answer", async () => {
  await using pair = await Pair.start();
  await underLoad(pair, 44, async ({ more }) => {
    await pair.target.call("CLIENT", "PAUSE", "60000", "WRITE");
    const { positions } = await pair.stream("eu-west");
    await more(1_000);
    const { positions: later } = await pair.stream("eu-west");
    expect(Number(later.received)).toBeGreaterThan(Number(positions.received));
    expect(await delivery(pair)).toMatchObject({ state: "running" });
    await pair.target.call("CLIENT", "UNPAUSE");
  });
  expect(loads(pair)).toBe(1);
});

test("maxclients is reached: there is no way in until there is room again", async () => {
  await using pair = await Pair.start();
  await underLoad(pair, 45, async ({ more }) => {
    const admin = pair.target.client();
    await admin.call("CONFIG", "SET", "maxclients", "1");
    await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    // The server says so and hangs up: now this, now that is seen first. Neither may be taken for a refusal.
    await eventually(async () => (await delivery(pair)).state === "waiting", { what: "waiting" });
    await more(500);
    await admin.call("CONFIG", "SET", "maxclients", "10000");
  });
  expect(loads(pair)).toBe(1);
});
