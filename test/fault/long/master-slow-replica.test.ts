/** The gateway is too slow for its master's patience: the output buffer overflows, or the backlog does not reach back far enough. */
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { Pair } from "../../support/pair.ts";
import { writeBlobs } from "../../support/writes.ts";

/** Stopped in the middle of the stream until the master gives it up. */
async function overflow(pair: Pair): Promise<void> {
  const { master } = pair.clients();
  await writeBlobs(master, "blob", 100);
  await pair.caughtUp();
  pair.us.signal("SIGSTOP");
  // What loopback sockets hold comes on top of the master's limit.
  await writeBlobs(master, "blob", 2_400);
  await eventually(() => pair.master.log.includes("overcoming of output buffer limits"), { what: "the master giving up" });
  await master.del("blob:1", "blob:2");
  pair.us.signal("SIGCONT");
  await eventually(async () => (await pair.stream("us-east")).positions.received === (await pair.master.info("master_repl_offset")), {
    timeoutMs: 30_000,
  });
}

test("the output buffer overflows and the backlog reaches back: partial sync", async () => {
  const limits = ["--client-output-buffer-limit", "replica 0 1mb 1", "--repl-backlog-size", "64mb", "--repl-ping-replica-period", "3600"];
  await using pair = await Pair.start({ masterArgs: limits });
  await overflow(pair);
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1, partialSyncs: 1 });
});

test("the output buffer overflows and the backlog does not reach back: one full sync, counted and logged", async () => {
  const limits = ["--client-output-buffer-limit", "replica 1mb 0 0", "--repl-backlog-size", "1mb", "--repl-ping-replica-period", "3600"];
  await using pair = await Pair.start({ masterArgs: limits });
  await overflow(pair);
  await eventually(async () => (await pair.stream("us-east")).history === (await pair.stream("eu-west")).history, { timeoutMs: 30_000 });
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 2, partialSyncs: 0 });
  expect(pair.us.countEvents("source.history-lost")).toBe(1);
});

test("the backlog is overrun while the gateway is down: exactly one full sync, which replaces and does not merge", async () => {
  await using pair = await Pair.start({ masterArgs: ["--repl-backlog-size", "1mb"] });
  const { master, target } = pair.clients();
  await writeBlobs(master, "blob", 100);
  await master.set("deleted:meanwhile", "x");
  await pair.caughtUp();
  await pair.us.kill9();
  await master.del("deleted:meanwhile");
  await writeBlobs(master, "more", 300);
  await pair.us.restart();
  await eventually(async () => (await target.exists("more:299")) === 1, { timeoutMs: 30_000 });
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  expect(await target.exists("deleted:meanwhile")).toBe(0);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1, partialSyncs: 0 });
  expect(pair.us.countEvents("source.history-lost")).toBe(1);
});
