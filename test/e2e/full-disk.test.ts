/** A journal on a disk that fills up: the gateway stops reading, says so, loses nothing, and goes on when there is room. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { Workload } from "../support/workload.ts";

const DISK_BYTES = 24 * 1024 * 1024;

/** Needs root; elsewhere the journal's own tests with a sick disk have to do. */
function canMount(): boolean {
  if (process.getuid?.() !== 0 || process.platform !== "linux") return false;
  const probe = join("/tmp", `causeway-mount-probe-${process.pid}`);
  mkdirSync(probe);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("umount", [probe], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

test.runIf(canMount())("the origin's disk is full for a while", async () => {
  await using pair = await Pair.create();
  const data = join(pair.folder, "data", "us-east");
  mkdirSync(data, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", data]);
  try {
    const { master } = pair.clients();
    pair.run();
    await using workload = await Workload.start(master, { seed: 17, commandsPerSecond: 1_000 });
    await eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000 });
    const { bavail, bsize } = statfsSync(data);
    const ballast = join(data, "ballast");
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 64 * 1024, 1));

    await eventually(async () => (await pair.stream("us-east")).journal.diskFull, { timeoutMs: 30_000, what: "the disk being full" });
    const ready = await fetch(`http://127.0.0.1:${pair.topology.ports["us-east"]!.admin}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining("disk is full")]);
    const seen = workload.stats.commands;
    await eventually(() => workload.stats.commands > seen + 2_000, { timeoutMs: 30_000 });
    rmSync(ballast);

    await eventually(async () => !(await pair.stream("us-east")).journal.diskFull, { timeoutMs: 30_000, what: "the disk having room" });
    await workload.stop();
    await pair.caughtUp();
    expect(await pair.problems(workload.ledgers)).toEqual([]);
    expect(await master.call("INFO", "stats")).toContain("sync_full:1\r\n");
  } finally {
    await Promise.all([pair.us.kill9(), pair.eu.kill9()]);
    execFileSync("umount", [data]);
  }
});
