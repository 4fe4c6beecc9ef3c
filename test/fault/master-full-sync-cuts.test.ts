/** SNAPSHOT_BEFORE_POSITION: a full sync that breaks anywhere is done again; its position counts only once all of it is stored. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { FULL_SYNC_PHASES, FullSyncCutter } from "../support/full-sync-cutter.ts";
import { Ledger } from "../support/ledger.ts";
import { Pair } from "../support/pair.ts";
import { writeBlobs, writeIds } from "../support/writes.ts";

describe.each(["yes", "no"])("repl-diskless-sync %s", (diskless) => {
  const ledger = new Ledger("w");
  let pair: Pair;
  let cutter: FullSyncCutter;

  beforeAll(async () => {
    pair = await Pair.create({
      masterArgs: ["--repl-diskless-sync", diskless, "--enable-debug-command", "yes"],
      source: async ({ port }) => {
        cutter = await FullSyncCutter.start(port);
        return { url: `redis://127.0.0.1:${cutter.port}` };
      },
    });
    await writeBlobs(pair.master.client(), "blob", 200);
    pair.run();
    await pair.caughtUp();
  });
  afterAll(async () => {
    await pair[Symbol.asyncDispose]();
    await cutter[Symbol.asyncDispose]();
  });

  test.each(FULL_SYNC_PHASES)("cut %s", async (phase) => {
    const before = await pair.stream("us-east");
    const cuts = cutter.cuts;
    const { master, target } = pair.clients();
    await master.set("gone:soon", phase);
    await pair.caughtUp();

    cutter.cutNext(phase);
    await master.call("DEBUG", "CHANGE-REPL-ID");
    await master.call("CLIENT", "KILL", "TYPE", "replica");
    await master.del("gone:soon");
    await writeIds(master, ledger);
    await eventually(() => cutter.cuts > cuts, { what: "the cut" });
    await writeIds(master, ledger);
    await eventually(
      async () => {
        const { history, phase: now } = await pair.stream("us-east");
        return now === "streaming" && history !== before.history && (await pair.stream("eu-west")).history === history;
      },
      { timeoutMs: 30_000, what: "the new history" },
    );
    await pair.caughtUp();
    expect(await pair.problems([ledger])).toEqual([]);
    expect(await target.exists("gone:soon")).toBe(0);
    // Whole but for the stream behind it, the snapshot is not fetched again.
    const fullSyncs = (await pair.stream("us-east")).master!.fullSyncs - before.master!.fullSyncs;
    expect(fullSyncs).toBe(phase === "right behind the end" ? 1 : 2);
  });
});
