/** NO_GAP on the disk: every record is whole and its checksum right, and one of them is missing. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FILE_HEADER_BYTES } from "../../../src/journal/file-header.ts";
import { appendNext, openJournal, readAll, recordingLog, startCurrent } from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const SIZES = { segmentBytes: 4_000 };

/** A closed journal of two files, of one of which the third record has been taken out. */
async function journalWithout(folder: string, which: "full" | "newest") {
  const journal = await openJournal(folder, SIZES);
  const history = await startCurrent(journal);
  const records = Array.from({ length: 40 }, () => appendNext(history, 50));
  await journal.close();
  const inside = join(folder, (await readdir(folder))[0]!);
  const files = (await readdir(inside)).filter((name) => name.endsWith(".seg")).sort();
  expect(files).toHaveLength(2);
  const path = join(inside, files[which === "full" ? 0 : 1]!);
  const file = await readFile(path);
  const recordBytes = records[0]!.length;
  const at = FILE_HEADER_BYTES + 2 * recordBytes;
  await writeFile(path, Buffer.concat([file.subarray(0, at), file.subarray(at + recordBytes)]));
  const first = which === "full" ? 0 : records.length - (file.length - FILE_HEADER_BYTES) / recordBytes;
  return { records, missing: first + 2 };
}

test("NO_GAP: the newest file is cut off where a record does not follow the one before, loudly", async () => {
  await using folder = await tempFolder("no-gap");
  const { records, missing } = await journalWithout(folder.path, "newest");
  const log = recordingLog();
  const journal = await openJournal(folder.path, { ...SIZES, log: log.log });
  expect(await readAll(journal.current!)).toEqual(records.slice(0, missing));
  expect(log.events).toMatchObject([{ event: "journal.damaged-end-cut", level: 50 }]);
  await journal.close();
});

test("NO_GAP: in a full file, which nobody looks through at the start, it is damage for who reads it", async () => {
  await using folder = await tempFolder("no-gap");
  await journalWithout(folder.path, "full");
  const journal = await openJournal(folder.path, SIZES);
  await expect(readAll(journal.current!)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
  await journal.close();
});
