/** The receiver's disk fills up: while records come, while a snapshot comes, and where dead letters are kept. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair, type PairOptions } from "../support/pair.ts";
import { canMount, SmallDisk } from "../support/small-disk.ts";
import { writeBlobs } from "../support/writes.ts";

const DISK_BYTES = 24 * 1024 * 1024;

async function pairOnSmallDisk(options: PairOptions = {}) {
  const pair = await Pair.create({ journal: { segment: "1MiB", retention: { bytes: "8MiB", age: "24h" } }, ...options });
  return { pair, disk: new SmallDisk(join(pair.folder, "data", "eu-west"), DISK_BYTES) };
}

async function diskIs(pair: Pair, full: boolean): Promise<void> {
  await eventually(async () => (await pair.stream("eu-west")).journal.diskFull === full, {
    what: `the disk being ${full ? "full" : "free"}`,
  });
}

test.runIf(canMount())("while records come: the origin keeps them, and nothing is lost", async () => {
  const made = await pairOnSmallDisk();
  await using pair = made.pair;
  using disk = made.disk;
  pair.run();
  await pair.caughtUp();
  disk.fill();
  await writeBlobs(pair.master.client(), "blob", 300);
  await diskIs(pair, true);
  disk.free();
  await diskIs(pair, false);
  await pair.caughtUp();
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1, historiesLost: 0 });
  expect(await pair.problems()).toEqual([]);
});

test.runIf(canMount())("while a snapshot comes: it waits, and goes on where it stood", async () => {
  const made = await pairOnSmallDisk();
  await using pair = made.pair;
  using disk = made.disk;
  await writeBlobs(pair.master.client(), "blob", 1_000);
  disk.fill();
  pair.run();
  await diskIs(pair, true);
  disk.free();
  await diskIs(pair, false);
  await pair.caughtUp();
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1, historiesLost: 0 });
  expect(await pair.problems()).toEqual([]);
});

test.runIf(canMount())(
  "where dead letters are kept: a command that nobody could look up later stops the stream (NEVER_SILENT)",
  async () => {
    const made = await pairOnSmallDisk({ write: () => ({ onDivergence: "dead-letter" }) });
    await using pair = made.pair;
    using disk = made.disk;
    pair.run();
    await pair.caughtUp();
    await pair.target.call("SET", "list", "a stray writer's");
    disk.fill();
    disk.fillToTheLastByte();
    await pair.master.call("RPUSH", "list", "x".repeat(100_000));
    const halted = await pair.eu.untilEvent("service.halted");
    expect(halted).toMatchObject({ code: "TARGET_REJECTED", level: "error" });
    expect((await pair.stream("eu-west")).delivery).toMatchObject({ divergences: 1, deadLetters: 0 });
  },
);
