/** A journal on a disk that fills up: the gateway stops reading, says so and what is at risk, loses nothing, and goes on when there is room. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { canMount, SmallDisk } from "../support/small-disk.ts";
import { Workload } from "../support/workload.ts";

const MIB = 1024 * 1024;
/** More than is written: once it is freed it stays so. */
const DISK_BYTES = 64 * MIB;

test.runIf(canMount())("the origin's disk is full for a while", async () => {
  await using pair = await Pair.create({ source: () => ({ heartbeat: "100ms" }) });
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

  // More than the gateway takes into memory: from here on it does not read the master.
  for (let index = 0; index < 30; index++) await master.set(`large:${index}`, randomBytes(MIB));
  await eventually(
    async () => {
      const end = BigInt((await pair.master.info("master_repl_offset"))!);
      const { journal, positions, atRisk, master: read } = await pair.stream("us-east");
      expect(Number(end - BigInt(positions.received!))).toBeGreaterThan(5 * MIB);
      expect(atRisk).toMatchObject({ peer: "eu-west", atLeast: true });
      expect(atRisk!.unreadBytes).toBeGreaterThan(5 * MIB);
      expect(read!.backlog!.unreadBytes).toBe(atRisk!.unreadBytes);
      expect(atRisk!.bytes).toBeGreaterThanOrEqual(atRisk!.unreadBytes!);
      expect(atRisk!.ms).toBeGreaterThan(1_000);
      expect(journal.disk!.freeBytes).toBeLessThan(MIB);
    },
    { timeoutMs: 30_000, what: "what was not read being at risk" },
  );
  await eventually(async () => {
    const { firing } = (await pair.status("us-east")).alerts;
    expect(firing.find(({ rule }) => rule === "journal-disk-full")).toMatchObject({ severity: "critical" });
  });
  const { links, streams } = await pair.status("us-east");
  expect(links[0]!.streams[0]!.lag!.atRisk.unreadBytes).toBe(streams[0]!.atRisk!.unreadBytes);
  expect(links[0]!.streams[0]!.lag!.behindBytes.applied).toBeGreaterThan(5 * MIB);
  disk.free();

  await eventually(async () => !(await pair.stream("us-east")).journal.diskFull, { timeoutMs: 30_000, what: "the disk having room" });
  await workload.stop();
  await pair.caughtUp();
  await eventually(async () => {
    const { atRisk, journal } = await pair.stream("us-east");
    expect(atRisk).not.toHaveProperty("unreadBytes");
    expect(atRisk).not.toHaveProperty("atLeast");
    expect(atRisk!.bytes).toBeLessThan(MIB);
    expect(journal.disk!.freeBytes).toBeGreaterThan(MIB);
  });
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect(await master.call("INFO", "stats")).toContain("sync_full:1\r\n");
});
