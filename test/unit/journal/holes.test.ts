/** What a power cut leaves of unsynced pages: zeros or old bytes in the middle of the newest file, whole records behind them. */
import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appendNext, openJournal, readAll, recordingLog, startCurrent } from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const PAGE = 4096;
const SIZES = { segmentBytes: 20_000 };

/** A closed journal with two files; the newest one is longer than a few pages. */
async function journalOnDisk(folder: string) {
  const journal = await openJournal(folder, SIZES);
  const history = await startCurrent(journal);
  const records = Array.from({ length: 100 }, () => appendNext(history, 1000));
  await journal.close();
  const inside = join(folder, (await readdir(folder))[0]!);
  const files = (await readdir(inside)).filter((name) => name.endsWith(".seg")).sort();
  expect(files).toHaveLength(2);
  const [sealed, newest] = files.map((name) => join(inside, name)) as [string, string];
  const bytes = await readFile(newest);
  return { records, sealed, newest, bytes };
}

async function zeroPage(path: string, page: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.write(Buffer.alloc(PAGE), 0, PAGE, page * PAGE);
  } finally {
    await file.close();
  }
}

test("a page of zeros in the newest file is cut off with all behind it, loudly, and the journal goes on from there", async () => {
  await using folder = await tempFolder("journal-holes");
  const { records, sealed, newest, bytes } = await journalOnDisk(folder.path);
  const full = await readFile(sealed);
  const pages = Math.floor(bytes.length / PAGE);
  expect(pages).toBeGreaterThan(2);
  for (let page = 0; page < pages; page++) {
    await writeFile(sealed, full);
    await writeFile(newest, bytes);
    await zeroPage(newest, page);
    const log = recordingLog();
    const journal = await openJournal(folder.path, { ...SIZES, log: log.log });
    const history = journal.current!;
    const read = await readAll(history);
    expect(read, `page ${page}`).toEqual(records.slice(0, read.length));
    const { tornTails, tornBytes } = journal.stats();
    expect(tornTails).toBe(1);
    // What stays ends inside the page before the hole, or in the hole's first record.
    const kept = bytes.length - tornBytes;
    expect(kept).toBeGreaterThan((page - 1) * PAGE);
    expect(kept).toBeLessThanOrEqual(page * PAGE);
    expect(log.events).toMatchObject([{ event: "journal.damaged-end-cut", level: 50, bytes: tornBytes, path: newest }]);
    const again = [...read, appendNext(history, 10)];
    await journal.close();
    const reopened = await openJournal(folder.path, SIZES);
    expect(await readAll(reopened.current!)).toEqual(again);
    expect(reopened.stats().tornTails).toBe(0);
    await reopened.close();
  }
});

test("when the newest file has no header yet, the full one before it is the newest", async () => {
  await using folder = await tempFolder("journal-holes");
  const { sealed, newest, records } = await journalOnDisk(folder.path);
  await writeFile(newest, Buffer.alloc(100));
  await zeroPage(sealed, 3);
  const journal = await openJournal(folder.path, SIZES);
  const read = await readAll(journal.current!);
  expect(read).toEqual(records.slice(0, read.length));
  expect(journal.stats()).toMatchObject({ tornTails: 2, damages: 0 });
  await journal.close();
});

test("a newest file whose header is another journal's was put there by somebody: it is not removed", async () => {
  await using folder = await tempFolder("journal-holes");
  const { sealed, newest } = await journalOnDisk(folder.path);
  await writeFile(newest, await readFile(sealed));
  await expect(openJournal(folder.path, SIZES)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
});
