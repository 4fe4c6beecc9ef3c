import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { GatewayError } from "../../../src/errors.ts";
import type { SnapshotReader, StoredSnapshot } from "../../../src/stream/log.ts";
import { Offset } from "../../../src/stream/position.ts";
import { decodeChunkHeader, decodeChunkPayload, encodeChunk } from "../../../src/stream/snapshot-chunk.ts";
import {
  appendNext,
  appendRdb,
  HISTORY,
  OTHER_SNAPSHOT,
  openJournal,
  RDB,
  readAll,
  SNAPSHOT,
  startCurrent,
  written,
} from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";

async function readRdb(snapshot: StoredSnapshot, first = 0): Promise<{ readonly rdb: Buffer; readonly end: "end" | "aborted" }> {
  const reader = snapshot.openReader(first);
  const parts: Buffer[] = [];
  try {
    for (;;) {
      const chunk = await nextOf(reader);
      if (typeof chunk === "string") return { rdb: Buffer.concat(parts), end: chunk };
      parts.push(decodeChunkPayload(chunk, decodeChunkHeader(chunk)));
    }
  } finally {
    await reader.close();
  }
}

async function nextOf(reader: SnapshotReader): Promise<Buffer | "end" | "aborted"> {
  const chunk = await reader.next(AbortSignal.timeout(10_000));
  if (chunk === undefined) throw new Error("the reader did not answer in time");
  return chunk;
}

const historyFolder = async (folder: string): Promise<string> => join(folder, (await readdir(folder))[0]!);
const chunkFile = async (folder: string): Promise<string> => join(await historyFolder(folder), `${SNAPSHOT.id}.chunks`);
const segmentFile = async (folder: string): Promise<string> => {
  const history = await historyFolder(folder);
  return join(history, (await readdir(history)).find((name) => !/snapshot|chunks/.test(name))!);
};

test("readers follow a snapshot while it arrives, from any chunk, and its records too", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const { history, writer } = journal.startHistory(HISTORY, SNAPSHOT);
  const [whole, later] = [readRdb(history.snapshot!), readRdb(history.snapshot!, 2)];
  appendNext(history, 5);
  appendRdb(writer);
  expect((await readAll(history)).length).toBe(1);
  expect(history.snapshot?.state).toBe("arriving");
  await writer.complete();
  expect(await whole).toEqual({ rdb: RDB, end: "end" });
  expect(await later).toEqual({ rdb: RDB.subarray(32), end: "end" });
  expect(journal.current?.snapshot).toMatchObject({ info: SNAPSHOT, state: "complete", rdbBytes: RDB.length });
  await journal.close();
  const again = await openJournal(folder.path);
  expect(await readRdb(again.current!.snapshot!, 1)).toEqual({ rdb: RDB.subarray(16), end: "end" });
  await again.close();
});

test("readers of a snapshot that is given up hear so, and its history is forgotten", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const { history, writer } = journal.startHistory(HISTORY, SNAPSHOT);
  const reading = readRdb(history.snapshot!);
  await writer.abort();
  expect((await reading).end).toBe("aborted");
  expect(journal.arriving).toBeUndefined();
  await journal.close();
  expect(await readdir(folder.path)).toEqual([]);
});

test("SNAPSHOT_BEFORE_POSITION: an RDB whose CRC-64 is wrong never becomes current; one without a sum does", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const wrong = Buffer.from(RDB);
  wrong[12]! ^= 1;
  const bad = journal.startHistory(HISTORY, SNAPSHOT);
  appendRdb(bad.writer, wrong);
  await expect(bad.writer.complete()).rejects.toMatchObject({ code: "RDB_MALFORMED" });
  expect([journal.current, journal.arriving]).toEqual([undefined, undefined]);
  const short = journal.startHistory(HISTORY, SNAPSHOT);
  appendRdb(short.writer, RDB.subarray(0, 7));
  await expect(short.writer.complete()).rejects.toMatchObject({ code: "RDB_MALFORMED" });
  const unsummed = journal.startHistory(HISTORY, SNAPSHOT);
  appendRdb(unsummed.writer, Buffer.concat([wrong.subarray(0, -8), Buffer.alloc(8)]));
  await unsummed.writer.complete();
  expect(journal.current).toBe(unsummed.history);
  await journal.close();
});

test.each([1, 2, 3, 5, 7, 8, 9, 16, 1000])("the sum is found however the RDB is cut (%d bytes)", async (chunkBytes) => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const { writer } = journal.startHistory(HISTORY, SNAPSHOT);
  appendRdb(writer, RDB, chunkBytes);
  await writer.complete();
  expect(journal.current).toBeDefined();
  await journal.close();
});

test("a chunk that is not the next one is refused", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const { writer } = journal.startHistory(HISTORY, SNAPSHOT);
  const gap = expect.objectContaining({ code: "JOURNAL_GAP" });
  expect(() => writer.append(encodeChunk(1, 0, RDB))).toThrow(gap);
  expect(() => writer.append(encodeChunk(0, 5, RDB))).toThrow(gap);
  const bad = encodeChunk(0, 0, RDB);
  bad[40]! ^= 1;
  expect(() => writer.append(bad)).toThrow(expect.objectContaining({ code: "RECORD_MALFORMED" }));
  expect(writer.chunks).toBe(0);
  await journal.close();
});

test("SNAPSHOT_BEFORE_POSITION: of a chunk that its maker hands over with what it knows, place and sum are looked at all the same", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const made = (index: number, rdbOffset: number, raw: Buffer) =>
    [encodeChunk(index, rdbOffset, raw), { header: { index, rdbOffset, rawBytes: raw.length }, raw }] as const;
  const wrong = Buffer.from(RDB);
  wrong[12]! ^= 1;
  const bad = journal.startHistory(HISTORY, SNAPSHOT);
  expect(() => bad.writer.append(...made(1, 0, RDB))).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  expect(() => bad.writer.append(...made(0, 5, RDB))).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  bad.writer.append(...made(0, 0, wrong));
  await expect(bad.writer.complete()).rejects.toMatchObject({ code: "RDB_MALFORMED" });
  const { history, writer } = journal.startHistory(HISTORY, SNAPSHOT);
  writer.append(...made(0, 0, RDB.subarray(0, 20)));
  writer.append(...made(1, 20, RDB.subarray(20)));
  expect([writer.chunks, writer.rdbBytes]).toEqual([2, RDB.length]);
  await writer.complete();
  expect(await readRdb(history.snapshot!)).toEqual({ rdb: RDB, end: "end" });
  await journal.close();
});

test("a snapshot is gone on with after a restart, from every byte at which its file can end", async () => {
  await using folder = await tempFolder("journal");
  const first = await openJournal(folder.path);
  const begun = first.startHistory(HISTORY, SNAPSHOT);
  appendNext(begun.history, 10);
  appendRdb(begun.writer, RDB.subarray(0, 64));
  await first.close();
  const path = await chunkFile(folder.path);
  const bytes = await readFile(path);
  for (let cut = bytes.length; cut >= 160; cut -= 3) {
    await truncate(path, cut);
    const journal = await openJournal(folder.path);
    const history = journal.arriving!;
    expect(history.tail.offset).toBe(1010n);
    const writer = history.beginSnapshot(SNAPSHOT);
    expect(writer.rdbBytes).toBe(writer.chunks * 16);
    expect(160 + writer.chunks * 48).toBeLessThanOrEqual(cut);
    await journal.close();
  }
  const journal = await openJournal(folder.path);
  const writer = journal.arriving!.beginSnapshot(SNAPSHOT);
  expect(writer.chunks).toBe(0);
  appendRdb(writer);
  await writer.complete();
  expect((await readRdb(journal.current!.snapshot!)).rdb).toEqual(RDB);
  expect(journal.current!.tail.offset).toBe(1010n);
  await journal.close();
});

test("what was stored before a restart counts in the checksum", async () => {
  await using folder = await tempFolder("journal");
  const first = await openJournal(folder.path);
  appendRdb(first.startHistory(HISTORY, SNAPSHOT).writer, RDB.subarray(0, 32));
  await first.close();
  const journal = await openJournal(folder.path);
  const writer = journal.arriving!.beginSnapshot(SNAPSHOT);
  expect(writer.chunks).toBe(2);
  appendRdb(writer);
  await writer.complete();
  expect((await readRdb(journal.current!.snapshot!)).rdb).toEqual(RDB);
  await journal.close();
});

test("a further snapshot of the same history replaces the older one once it is whole; a reader of the older one ends well", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const history = await startCurrent(journal);
  appendNext(history, 4000);
  const reader = history.snapshot!.openReader(0);
  await nextOf(reader);
  expect(() => history.beginSnapshot({ ...OTHER_SNAPSHOT, offset: Offset.of(5001) })).toThrow(
    expect.objectContaining({ code: "JOURNAL_GAP" }),
  );
  const writer = history.beginSnapshot(OTHER_SNAPSHOT);
  expect(history.snapshot?.info).toEqual(SNAPSHOT);
  appendRdb(writer);
  await writer.complete();
  expect(history.snapshot?.info).toEqual(OTHER_SNAPSHOT);
  let last = await nextOf(reader);
  while (typeof last !== "string") last = await nextOf(reader);
  expect(last).toBe("end");
  await reader.close();
  await journal.close();
  const names = await readdir(join(folder.path, (await readdir(folder.path))[0]!));
  expect(names.filter((name) => name.endsWith(".chunks"))).toEqual([`${OTHER_SNAPSHOT.id}.chunks`]);
  const again = await openJournal(folder.path);
  expect(again.current?.snapshot?.info).toEqual(OTHER_SNAPSHOT);
  await again.close();
});

test.each(["flipped bit", "short file", "missing file"])(
  "a snapshot of a peer with a %s is never delivered: it is forgotten with its history",
  async (damage) => {
    await using folder = await tempFolder("journal");
    const journal = await openJournal(folder.path, { writtenBy: "peer" });
    await startCurrent(journal);
    await damageChunks(await chunkFile(folder.path), damage);
    const reader = journal.current!.snapshot!.openReader(0);
    await expect(lastOf(reader)).resolves.toMatch(/JOURNAL_CORRUPT|aborted/);
    expect([journal.current, journal.stats().damages]).toEqual([undefined, 1]);
    const { writer } = journal.startHistory(HISTORY, SNAPSHOT);
    writer.append(encodeChunk(0, 0, RDB));
    await writer.complete();
    expect(await lastOf(journal.current!.snapshot!.openReader(0))).toBe("end");
    await journal.close();
  },
);

test("a damaged snapshot of a master is forgotten alone: the records stay, and another one can be taken", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path, { writtenBy: "master" });
  const history = await startCurrent(journal);
  const record = appendNext(history, 10);
  await damageChunks(await chunkFile(folder.path), "flipped bit");
  expect(await lastOf(journal.current!.snapshot!.openReader(0))).toBe("JOURNAL_CORRUPT");
  expect([journal.current, journal.current?.snapshot]).toEqual([history, undefined]);
  expect(await readAll(history)).toEqual([record]);
  const writer = history.beginSnapshot({ ...SNAPSHOT, id: OTHER_SNAPSHOT.id });
  writer.append(encodeChunk(0, 0, RDB));
  await writer.complete();
  expect(history.snapshot?.state).toBe("complete");
  await journal.close();
});

test.each([
  ["of a peer that was not finished is gone on with", { writtenBy: "peer", chunks: 1 }],
  ["of a master that was not finished begins anew", { writtenBy: "master", chunks: 0 }],
  ["of a peer that is no newer than the whole one begins anew", { writtenBy: "peer", chunks: 0, at: 0 }],
  ["of a peer that lies behind what is left of the records is of no use", { writtenBy: "peer", chunks: 0, lost: true }],
] as const)("after a restart a second snapshot %s", async (_, { writtenBy, chunks, ...place }) => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path, { writtenBy });
  const history = await startCurrent(journal);
  if (!("at" in place)) appendNext(history, 10);
  const unfinished = { ...SNAPSHOT, id: OTHER_SNAPSHOT.id, offset: history.tail.offset };
  const writer = history.beginSnapshot(unfinished);
  writer.append(encodeChunk(0, 0, RDB));
  await written(journal);
  await journal.close();
  if ("lost" in place) await rm(await segmentFile(folder.path));
  const again = await openJournal(folder.path, { writtenBy });
  expect(again.current!.snapshot?.info.id).toBe(SNAPSHOT.id);
  expect(again.current!.unfinished?.chunks ?? 0).toBe(chunks);
  if (chunks > 0) {
    await again.current!.beginSnapshot(unfinished).complete();
    expect((await readRdb(again.current!.snapshot!)).rdb).toEqual(RDB);
  } else {
    expect((await readdir(await historyFolder(folder.path))).filter((name) => name.endsWith(".chunks"))).toHaveLength(1);
  }
  await again.close();
});

async function damageChunks(path: string, damage: string): Promise<void> {
  const bytes = await readFile(path);
  if (damage === "missing file") return await rm(path);
  if (damage === "short file") return await truncate(path, bytes.length - 1);
  bytes[bytes.length - 3]! ^= 1;
  await writeFile(path, bytes);
}

/** What a reader says at the end: "end", "aborted" or the code of its error. */
async function lastOf(reader: SnapshotReader): Promise<string | undefined> {
  const { signal } = new AbortController();
  try {
    for (;;) {
      const chunk = await reader.next(signal);
      if (!Buffer.isBuffer(chunk)) return chunk;
    }
  } catch (error) {
    return (error as GatewayError).code;
  } finally {
    await reader.close();
  }
}
