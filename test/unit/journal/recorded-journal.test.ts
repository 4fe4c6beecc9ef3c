/** What another version of this code left on disk (test/fixtures/journal) is read and gone on with; what a newer one wrote is left alone. */

import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { StreamId } from "../../../src/stream/position.ts";
import {
  appendNext,
  appendRdb,
  OTHER_HISTORY,
  OTHER_SNAPSHOT,
  openJournal,
  readAll,
  startCurrent,
  written,
} from "../../support/journal-kit.ts";
import { readJournal } from "../../support/recorded-journal.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/journal/", import.meta.url));
const versions = (await readdir(fixtures)).filter((name) => name.endsWith(".json")).map((name) => name.replace(".json", ""));

describe.each(versions)("the journals of %s", (version) => {
  test.each([
    ["us-east", "master"],
    ["eu-west", "peer"],
  ] as const)("%s is read whole, and gone on with", async (region, writtenBy) => {
    const { holds } = JSON.parse(await readFile(join(fixtures, `${version}.json`), "utf8")) as { holds: Readonly<Record<string, unknown>> };
    await using copy = await tempFolder("recorded");
    const folder = join(copy.path, region);
    await cp(join(fixtures, version, region), folder, { recursive: true });
    const stream = "us-east/0" as StreamId;
    expect(await readJournal({ folder, stream, writtenBy })).toEqual(holds[region]);

    const journal = await openJournal(folder, { stream, writtenBy });
    const appended = appendNext(journal.current!, 100, { db: journal.current!.tail.db, replid: journal.current!.tail.replid });
    await journal.close();
    const again = await openJournal(folder, { stream, writtenBy });
    expect((await readAll(again.current!)).at(-1)).toEqual(appended);
    expect(again.stats()).toMatchObject({ damages: 0, tornTails: 0 });
    await again.close();
  });
});

describe("a file of a newer version", () => {
  test.each([".seg", ".chunks"])("%s: the journal is not opened, and nothing of it is changed", async (suffix) => {
    await using folder = await tempFolder("newer");
    const journal = await openJournal(folder.path, { segmentBytes: 2_000 });
    const history = await startCurrent(journal);
    for (let index = 0; index < 10; index++) appendNext(history, 500);
    // A snapshot that is still arriving.
    appendRdb(journal.startHistory(OTHER_HISTORY, OTHER_SNAPSHOT).writer);
    await written(journal);
    await journal.close();
    const names = (await readdir(folder.path, { recursive: true })).filter((name) => name.endsWith(suffix));
    for (const name of names) await writeVersion(join(folder.path, name), 2);
    const before = await contents(folder.path);
    await expect(openJournal(folder.path)).rejects.toMatchObject({ code: "JOURNAL_VERSION" });
    expect(await contents(folder.path)).toEqual(before);
  });
});

/** A header as a later version would write it: whole, and of another version. */
async function writeVersion(path: string, version: number): Promise<void> {
  const bytes = await readFile(path);
  bytes.writeUInt32LE(version, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 156)), 156);
  await writeFile(path, bytes);
}

async function contents(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = names.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Object.fromEntries(await Promise.all(files.map(async (path) => [path, (await readFile(path)).toString("hex")] as const)));
}
