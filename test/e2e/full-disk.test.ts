/** A journal on a disk that fills up: the gateway stops reading, says so, loses nothing, and goes on when there is room. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { canMount, SmallDisk } from "../support/small-disk.ts";
import { Workload } from "../support/workload.ts";

const DISK_BYTES = 24 * 1024 * 1024;

test.runIf(canMount())("the origin's disk is full for a while", async () => {
  await using pair = await Pair.create();
  using disk = new SmallDisk(join(pair.folder, "data", "us-east"), DISK_BYTES);
  const { master } = pair.clients();
  pair.run();
  await using workload = await Workload.start(master, { seed: 17, commandsPerSecond: 1_000 });
  await eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000 });
  disk.fill();

  await eventually(async () => (await pair.stream("us-east")).journal.diskFull, { timeoutMs: 30_000, what: "the disk being full" });
  const ready = await fetch(`http://127.0.0.1:${pair.topology.ports["us-east"]!.admin}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining("disk is full")]);
  const seen = workload.stats.commands;
  await eventually(() => workload.stats.commands > seen + 2_000, { timeoutMs: 30_000 });
  disk.free();

  await eventually(async () => !(await pair.stream("us-east")).journal.diskFull, { timeoutMs: 30_000, what: "the disk having room" });
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect(await master.call("INFO", "stats")).toContain("sync_full:1\r\n");
});
