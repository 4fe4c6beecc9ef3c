/**
 * Damage in a full file, which no crash explains. It is found by whoever reads it, never delivered, and mended by itself: what a peer sent
 * is asked for again (NO_GAP), what a master sent is passed over.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StreamJournal } from "../../../src/journal/journal.ts";
import { readRecordHeader } from "../../../src/stream/record.ts";
import { eventually } from "../../support/eventually.ts";
import { appendNext, openJournal, readAll, recordingLog, startCurrent } from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const SIZES = { segmentBytes: 20_000, memoryBytes: 1 };

const DAMAGES = {
  "flipped bit": async (path: string) => {
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 4;
    await writeFile(path, bytes);
  },
  "broken header": async (path: string) => {
    const bytes = await readFile(path);
    bytes[20]! ^= 4;
    await writeFile(path, bytes);
  },
  "missing file": (path: string) => rm(path),
} as const;

const CASES = (["while it runs", "while it is stopped"] as const).flatMap((when) =>
  Object.keys(DAMAGES).map((damage) => [damage as keyof typeof DAMAGES, when] as const),
);

/** A journal of several files, the second of which is damaged; it holds the records from `lost` to `behind`. */
async function damaged(folder: string, writtenBy: "master" | "peer", [damage, when]: (typeof CASES)[number]) {
  const log = recordingLog();
  const options = { ...SIZES, writtenBy, log: log.log };
  let journal = await openJournal(folder, options);
  const history = await startCurrent(journal);
  const records = Array.from({ length: 200 }, () => appendNext(history, 1_000));
  await eventually(() => journal.stats().pendingBytes === 0);
  if (when === "while it is stopped") await journal.close();
  const inside = join(folder, (await readdir(folder))[0]!);
  const files = (await readdir(inside)).filter((name) => name.endsWith(".seg")).sort();
  expect(files.length).toBeGreaterThan(3);
  const firstOf = (index: number) =>
    records.findIndex((record) => readRecordHeader(record).from === BigInt(Number.parseInt(files[index]!, 10)));
  await DAMAGES[damage](join(inside, files[1]!));
  if (when === "while it is stopped") journal = await openJournal(folder, options);
  return { journal, records, log, lost: firstOf(1), behind: firstOf(2) };
}

/** Reads until the journal is whole again. Whoever reads is told, and begins anew. */
async function readMended(journal: StreamJournal): Promise<readonly Buffer[]> {
  let read: readonly Buffer[] = [];
  await eventually(async () => {
    try {
      read = await readAll(journal.current!);
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/JOURNAL_CORRUPT|HISTORY_CHANGED/), disposition: "resync" });
      throw error;
    }
  });
  return read;
}

test.each(CASES)("of a peer, %s, %s: the journal ends before it and takes the rest again", async (...which) => {
  await using folder = await tempFolder("journal-damage");
  const { journal, records, log, lost, behind } = await damaged(folder.path, "peer", which);
  const read = await readMended(journal);
  expect(read).toEqual(records.slice(0, read.length));
  expect(read.length).toBeGreaterThanOrEqual(lost);
  expect(read.length).toBeLessThan(behind);
  for (const record of records.slice(read.length)) journal.current!.append(record);
  expect(await readAll(journal.current!)).toEqual(records);
  expect(journal.stats().damages).toBe(1);
  expect(log.events.filter(({ event }) => event === "journal.damaged")).toMatchObject([{ level: 50 }]);
  await journal.close();
});

test.each(CASES)("of a master, %s, %s: the journal begins behind it and goes on", async (...which) => {
  await using folder = await tempFolder("journal-damage");
  const { journal, records, behind } = await damaged(folder.path, "master", which);
  const read = await readMended(journal);
  expect(read).toEqual(records.slice(behind));
  expect(journal.current!.start).toBe(readRecordHeader(records[behind]!).from);
  const more = appendNext(journal.current!, 1_000);
  expect(await readAll(journal.current!)).toEqual([...read, more]);
  expect(journal.stats().damages).toBe(1);
  await journal.close();
});

test("damage that every reader is past matters to nobody", async () => {
  await using folder = await tempFolder("journal-damage");
  const { journal, records, behind } = await damaged(folder.path, "master", ["flipped bit", "while it runs"]);
  const cursor = journal.current!.openCursor(readRecordHeader(records[behind]!).from);
  const { signal } = new AbortController();
  expect((await cursor.next(signal))?.[0]).toEqual(records[behind]);
  await cursor.close();
  expect(journal.stats().damages).toBe(0);
  await journal.close();
});
