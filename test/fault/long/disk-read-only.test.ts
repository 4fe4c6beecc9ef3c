/** A data folder that became read-only: the gateway says so and ends, nothing is lost, and once it can write again it goes on without a full sync. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Pair } from "../../support/pair.ts";
import { canMount, SmallDisk } from "../../support/small-disk.ts";
import { writeBlobs } from "../../support/writes.ts";

const DISK_BYTES = 64 * 1024 * 1024;

test.runIf(canMount()).each(["us-east", "eu-west"] as const)("the data folder of %s is read-only at a start", async (region) => {
  // The master's backlog bridges the time without an origin.
  await using pair = await Pair.create({ masterArgs: ["--repl-backlog-size", "64mb"] });
  using disk = new SmallDisk(join(pair.folder, "data", region), DISK_BYTES);
  pair.run();
  await pair.caughtUp();
  const gateway = region === "us-east" ? pair.us : pair.eu;
  await gateway.terminate();
  execFileSync("mount", ["-o", "remount,ro", disk.path]);
  await writeBlobs(pair.master.client(), "blob", 200);
  const refused = pair.spawn(region);
  const { code } = await refused.exited;
  expect(code).not.toBe(0);
  const sentences = refused.output.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
  expect(sentences).toEqual([expect.stringContaining(disk.path)]);
  execFileSync("mount", ["-o", "remount,rw", disk.path]);
  await pair.respawn(region);
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
});
