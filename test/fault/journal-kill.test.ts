/** kill -9 is the contract: whatever the process was doing, what it called durable is there, and nothing is missing in between. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { lockDataFolder } from "../../src/journal/lock.ts";
import { readRecordHeader } from "../../src/stream/record.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { makeRecord, openJournal, readAll } from "../support/journal-kit.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/test/support/journal-appender.js", import.meta.url));

function start(folder: string, what: "append" | "lock", env: Record<string, string> = {}): Child {
  return new Child(process.execPath, [PROGRAM, folder, what], { env });
}

function durableOf(child: Child): bigint {
  return BigInt(child.output.match(/durable (\d+)\n(?![\s\S]*durable \d+\n)/)?.[1] ?? 0);
}

/** Every record follows the one before and holds the bytes that were appended at its offset. */
async function checkStored(folder: string, atLeast: bigint): Promise<bigint> {
  const journal = await openJournal(folder);
  try {
    const history = journal.current;
    if (history === undefined) return 0n;
    let previous = history.start;
    for (const record of await readAll(history)) {
      const { from, to, open } = readRecordHeader(record);
      expect(from).toBe(previous);
      expect(record.equals(makeRecord(from, Number(to - from), { open }))).toBe(true);
      previous = to;
    }
    expect(previous).toBe(history.tail.offset);
    expect(history.tail.offset).toBeGreaterThanOrEqual(atLeast);
    return history.tail.offset;
  } finally {
    await journal.close();
  }
}

test("killed at any moment and started again, the journal holds what it called durable, without a gap", async () => {
  await using folder = await tempFolder("journal-kill");
  let end = 0n;
  for (let round = 0; round < 5; round++) {
    const child = start(folder.path, "append");
    const target = end + BigInt(2000 + round * 3777);
    await eventually(() => durableOf(child) >= target, { what: `round ${round}: ${child.output.slice(-300)}` });
    await child.kill9();
    end = await checkStored(folder.path, durableOf(child));
  }
});

test.each([
  "journal-written-not-synced",
  "journal-rolling",
  "journal-retention",
  "snapshot-arriving",
  "snapshot-synced-not-named",
  "snapshot-named",
])("killed at %s, the journal goes on", async (point) => {
  await using folder = await tempFolder("journal-crash");
  for (let round = 0; round < 2; round++) {
    const child = start(folder.path, "append", { CAUSEWAY_CRASH_POINT: point });
    // A journal that is already current passes the snapshot's points: it only has to go on.
    const reached = eventually(() => child.exit !== undefined || (point.startsWith("snapshot") && durableOf(child) > 5000n));
    await reached;
    await child.kill9();
    expect((await child.exited).signal).toBe("SIGKILL");
    await checkStored(folder.path, durableOf(child));
  }
  const child = start(folder.path, "append");
  await eventually(() => durableOf(child) > 20_000n, { what: `going on after ${point}` });
  await child.kill9();
  await checkStored(folder.path, durableOf(child));
});

test("one process per data folder: the second is refused, and kill -9 of the holder frees it", async () => {
  await using folder = await tempFolder("journal-lock");
  const holder = start(folder.path, "lock");
  await eventually(() => holder.output.includes("held"));
  const second = start(folder.path, "lock");
  await second.exited;
  expect(second.output).toContain("refused JOURNAL_LOCKED");
  holder.signal("SIGSTOP");
  await expect(lockDataFolder(folder.path)).rejects.toMatchObject({ code: "JOURNAL_LOCKED" });
  holder.signal("SIGCONT");
  await holder.kill9();
  const lock = await lockDataFolder(folder.path);
  await expect(lockDataFolder(folder.path)).rejects.toMatchObject({ code: "JOURNAL_LOCKED" });
  await lock.release();
  expect(await readdir(folder.path)).toEqual([]);
});

test("of many that start together exactly one holds", async () => {
  await using folder = await tempFolder("journal-lock");
  const deep = join(folder.path, "a-folder-whose-path-is-too-long-for-a-socket-address-of-most-systems".repeat(2));
  await mkdir(deep);
  for (const place of [folder.path, deep]) {
    const stale = start(place, "lock");
    await eventually(() => stale.output.includes("held"));
    await stale.kill9();
    const children = Array.from({ length: 6 }, () => start(place, "lock"));
    await eventually(() => children.every((child) => /held|refused/.test(child.output)));
    expect(children.filter((child) => child.output.includes("held")).length).toBe(1);
    await Promise.all(children.map((child) => child.kill9()));
  }
  await rm(deep, { recursive: true });
});
