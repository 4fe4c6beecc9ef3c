/** Whatever ends, nothing stays open: a file that is lost is closed by the garbage collector, with a warning (DEP0137) and, one day, by ending the process. */
import { readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { openSegment } from "../../../src/journal/seek.ts";
import { segmentName } from "../../../src/journal/segment.ts";
import type { HistoryLog } from "../../../src/stream/log.ts";
import { eventually } from "../../support/eventually.ts";
import {
  appendNext,
  appendRdb,
  HISTORY,
  OTHER_HISTORY,
  OTHER_SNAPSHOT,
  openJournal,
  REPLID,
  readAll,
  START,
  STREAM,
  startCurrent,
  written,
} from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const FILES = { segmentBytes: 2_000, memoryBytes: 1 };
const never = new AbortController().signal;

/** The files below `folder` that this process has open. */
async function openFiles(folder: string): Promise<readonly string[]> {
  const links = (await readdir("/proc/self/fd")).map((fd) => readlink(join("/proc/self/fd", fd)).catch(() => ""));
  return (await Promise.all(links)).filter((path) => path.startsWith(folder));
}

const onLinux = test.skipIf(process.platform !== "linux");

onLinux("a history that was closed opens nothing when its open end is cut", async () => {
  await using folder = await tempFolder("journal-files");
  const journal = await openJournal(folder.path);
  const history = await startCurrent(journal);
  appendNext(history, 10);
  appendNext(history, 10, { open: true });
  await written(journal);
  expect(await openFiles(folder.path)).toHaveLength(1);
  await journal.close();
  await history.cutOpenTail();
  expect(history.tail).toMatchObject({ open: false });
  expect(await openFiles(folder.path)).toEqual([]);
});

onLinux.each([20, 1_000])("a history that was opened anew (byte %i) is not written by who still holds the old one", async (broken) => {
  await using folder = await tempFolder("journal-files");
  const journal = await openJournal(folder.path, { ...FILES, writtenBy: "master" });
  const history = await startCurrent(journal);
  const records = Array.from({ length: 60 }, () => appendNext(history, 100));
  appendNext(history, 10, { open: true });
  await written(journal);
  const inside = join(folder.path, (await readdir(folder.path))[0]!);
  const [, damaged] = (await readdir(inside)).filter((name) => name.endsWith(".seg")).sort();
  const bytes = await readFile(join(inside, damaged!));
  bytes[broken]! ^= 4;
  await writeFile(join(inside, damaged!), bytes);
  await expect(readAll(history)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
  await eventually(() => expect(journal.current).not.toBe(history));

  const mended = journal.current!;
  await mended.cutOpenTail();
  records.push(...Array.from({ length: 3 }, () => appendNext(mended, 100)));
  await written(journal);
  await history.cutOpenTail();
  const kept = await readAll(mended);
  expect(kept).toEqual(records.slice(-kept.length));
  expect(journal.stats()).toMatchObject({ damages: 1 });
  await journal.close();
  expect(await openFiles(folder.path)).toEqual([]);
});

/** Reads on, and gives up in whatever state it is in after so many turns. */
async function readFor(turns: number, history: HistoryLog): Promise<void> {
  const cursor = history.openCursor(history.start);
  const ended = (async () => {
    while (await cursor.next(never, 300));
  })().catch((error: unknown) => expect(error).toMatchObject({ code: expect.stringMatching(/JOURNAL_GAP|HISTORY_CHANGED/) }));
  for (let left = turns; left > 0; left--) await turn();
  await cursor.close();
  await ended;
}

onLinux("readers that retention overtakes, that give up in the middle, or whose history ends leave nothing open", async () => {
  await using folder = await tempFolder("journal-files");
  const journal = await openJournal(folder.path, { ...FILES, retention: { bytes: 4_000, ageMs: 1 << 30 } });
  const history = await startCurrent(journal);
  for (let round = 0; round < 40; round++) {
    const turns = round * round;
    for (let count = 0; count < 30; count++) appendNext(history, 100);
    await written(journal);
    const readers = [readFor(turns, history), readFor(turns >> 1, history)];
    if (round % 2 === 0) await turn();
    await Promise.all([journal.keepHouse(), ...readers]);
    expect(journal.stats().damages).toBe(0);
    expect(await openFiles(folder.path)).toHaveLength(1);
  }
  const cursor = history.openCursor(history.start);
  await cursor.next(never, 300);
  const { writer } = journal.startHistory(OTHER_HISTORY, OTHER_SNAPSHOT);
  appendRdb(writer);
  await writer.complete();
  await expect(cursor.next(never, 300)).rejects.toMatchObject({ code: "HISTORY_CHANGED" });
  await cursor.close();
  await journal.close();
  expect(await openFiles(folder.path)).toEqual([]);
});

onLinux("a cursor that is closed while it opens a file does not keep it", async () => {
  await using folder = await tempFolder("journal-files");
  const journal = await openJournal(folder.path, FILES);
  const history = await startCurrent(journal);
  for (let count = 0; count < 60; count++) appendNext(history, 100);
  await written(journal);
  for (const turns of [0, 1, 2, 3, 4, 6, 8]) {
    const cursor = history.openCursor(history.start);
    const reading = cursor.next(never, 300);
    for (let left = turns; left > 0; left--) await turn();
    await cursor.close();
    await reading;
    expect(await openFiles(folder.path)).toHaveLength(1);
  }
  await journal.close();
});

onLinux("a file whose header is broken is not kept open", async () => {
  await using folder = await tempFolder("journal-files");
  const path = join(folder.path, segmentName(START));
  await writeFile(path, Buffer.alloc(1_000));
  const segment = { path, first: START, replid: REPLID, db: 0, base: 0, bytes: 900, writtenAtMs: 0 };
  await expect(openSegment(segment, { stream: STREAM, history: HISTORY })).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
  expect(await openFiles(folder.path)).toEqual([]);
});

onLinux("a cursor has one file open, wherever it is", async () => {
  await using folder = await tempFolder("journal-files");
  const journal = await openJournal(folder.path, FILES);
  const history = await startCurrent(journal);
  for (let count = 0; count < 60; count++) appendNext(history, 100);
  await written(journal);
  const cursor = history.openCursor(history.start);
  while (cursor.offset < history.tail.offset - 200n) await cursor.next(never, 300);
  expect((await openFiles(folder.path)).length).toBeLessThanOrEqual(2);
  await cursor.close();
  expect(await openFiles(folder.path)).toHaveLength(1);
  await journal.close();
});

onLinux("a snapshot's writer and its readers leave nothing open, whenever they give up", async () => {
  await using folder = await tempFolder("journal-files");
  const journal = await openJournal(folder.path);
  const history = await startCurrent(journal);
  for (let round = 0; round < 30; round++) {
    const reader = history.snapshot!.openReader(0);
    const reading = reader.next(never);
    for (let left = round * round; left > 0; left--) await turn();
    await Promise.all([reader.close(), reading]);
    expect(await openFiles(folder.path)).toEqual([]);
  }
  const { writer } = journal.startHistory(OTHER_HISTORY, OTHER_SNAPSHOT);
  appendRdb(writer);
  await written(journal);
  expect(await openFiles(folder.path)).toHaveLength(1);
  await journal.close();
  expect(await openFiles(folder.path)).toEqual([]);
});
