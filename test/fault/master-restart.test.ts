/** The master restarts with its data, with its log, or stops answering for a while. Without its data: e2e/empty-master.test.ts. */
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Ledger } from "../support/ledger.ts";
import { Pair } from "../support/pair.ts";
import { writeIds } from "../support/writes.ts";

async function masterOf(pair: Pair) {
  return (await pair.stream("us-east")).master;
}

/** Writes, waits until the fault is over and the stream flows again, writes again, and compares everything. */
async function survive(pair: Pair, fault: () => Promise<void>): Promise<void> {
  const ledger = new Ledger("w");
  await writeIds(pair.master.client(), ledger);
  await pair.caughtUp();
  await fault();
  await writeIds(pair.master.client(), ledger);
  const end = BigInt((await pair.master.info("master_repl_offset"))!);
  await eventually(async () => BigInt((await pair.stream("us-east")).positions.received ?? 0) >= end, { timeoutMs: 30_000 });
  await pair.caughtUp();
  expect(await pair.problems([ledger])).toEqual([]);
}

test("restart with an RDB saved at its end: the history continues under a new replid, no full sync", async () => {
  await using pair = await Pair.start({ masterArgs: ["--save", "3600 1"] });
  const { history } = await (async () => {
    await pair.caughtUp();
    return pair.stream("us-east");
  })();
  await survive(pair, () => pair.master.restart());
  expect(await masterOf(pair)).toMatchObject({ fullSyncs: 1, partialSyncs: 1 });
  expect((await pair.stream("eu-west")).history).toBe(history);
  expect(pair.us.countEvents("source.failed-over")).toBe(1);
});

test("kill -9 and restart from the AOF: the master forgot its history, one full sync brings a new one", async () => {
  await using pair = await Pair.start({ masterArgs: ["--appendonly", "yes", "--appendfsync", "always"] });
  await survive(pair, async () => {
    const { history } = await pair.stream("us-east");
    await pair.master.kill9();
    await pair.master.restart();
    await eventually(async () => (await pair.stream("eu-west")).history !== history, { timeoutMs: 30_000 });
  });
  expect(await masterOf(pair)).toMatchObject({ fullSyncs: 2, partialSyncs: 0 });
  expect(pair.us.countEvents("source.history-lost")).toBe(1);
});

test("DEBUG SLEEP: a master that does not answer for seconds is waited for", async () => {
  await using pair = await Pair.start({ masterArgs: ["--enable-debug-command", "yes"] });
  await survive(pair, async () => {
    await pair.master.client().call("DEBUG", "SLEEP", "3");
  });
  expect(await masterOf(pair)).toMatchObject({ fullSyncs: 1, partialSyncs: 0 });
  expect(await pair.master.info("sync_partial_ok")).toBe("0");
});
