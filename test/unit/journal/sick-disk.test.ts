import { getEventListeners } from "node:events";
import { writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { expect, test } from "vitest";
import type { OpenFile, WriteNow } from "../../../src/journal/context.ts";
import { eventually } from "../../support/eventually.ts";
import {
  appendNext,
  appendRdb,
  HISTORY,
  openJournal,
  readAll,
  recordingLog,
  SNAPSHOT,
  startCurrent,
  written,
} from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";

/** A disk with so many bytes left. What does not fit is written in part, as a real one does, and then refused. */
class SmallDisk {
  leftBytes: number;
  attempts = 0;
  syncs = 0;
  syncError: Error | undefined;

  constructor(leftBytes: number) {
    this.leftBytes = leftBytes;
  }

  readonly open: OpenFile = async (path, flags) => {
    const file = await open(path, flags);
    return new Proxy(file, {
      get: (target, name) => {
        if (name === "writev") return (buffers: readonly Buffer[], position: number) => this.#write(target, buffers, position);
        if (name === "datasync") return () => this.#sync(target);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };

  readonly writeNow: WriteNow = (file, buffers, position) => {
    const fits = this.#taken(buffers);
    return writeSync(file.fd, fits, 0, fits.length, position);
  };

  async #write(file: FileHandle, buffers: readonly Buffer[], position: number): Promise<{ bytesWritten: number }> {
    const fits = this.#taken(buffers);
    return file.write(fits, 0, fits.length, position);
  }

  async #sync(file: FileHandle): Promise<void> {
    if (this.syncError) throw this.syncError;
    await file.datasync();
    this.syncs++;
  }

  #taken(buffers: readonly Buffer[]): Buffer {
    this.attempts++;
    const fits = Buffer.concat(buffers).subarray(0, this.leftBytes);
    if (fits.length === 0) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    this.leftBytes -= fits.length;
    return fits;
  }
}

test("a full disk loses nothing: what it refuses waits, room runs out, and all of it is there when the disk is free again", async () => {
  await using folder = await tempFolder("journal");
  const disk = new SmallDisk(Number.POSITIVE_INFINITY);
  const { log, count } = recordingLog();
  const settings = { openFile: disk.open, writeNow: disk.writeNow, maxPendingBytes: 4000, segmentBytes: 2500, memoryBytes: 0, log };
  let changes = 0;
  const journal = await openJournal(folder.path, { ...settings, onDiskChange: () => void changes++ });
  const history = await startCurrent(journal);
  disk.leftBytes = 3000; // one segment of the first twenty records, and a part of the next
  const records: Buffer[] = [];
  while (journal.hasRoom) {
    records.push(appendNext(history, 100));
    if (records.length % 20 === 0) await eventually(() => disk.leftBytes === 0 || journal.stats().pendingBytes === 0);
  }
  await eventually(() => disk.attempts > 20);
  expect(journal.stats()).toMatchObject({ diskFull: true, diskError: "ENOSPC" });
  expect([count("journal.disk-refused"), changes]).toEqual([1, 1]);
  expect(await readAll(history)).toEqual(records);

  const controller = new AbortController();
  const givenUp = journal.ready(controller.signal);
  controller.abort();
  await givenUp;
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);

  const room = journal.ready(AbortSignal.timeout(20_000));
  disk.leftBytes = Number.POSITIVE_INFINITY;
  await room;
  expect(journal.hasRoom).toBe(true);
  records.push(appendNext(history, 100));
  await written(journal);
  expect(journal.progress?.durable?.offset).toBe(history.tail.offset);
  expect(journal.stats().diskFull).toBe(false);
  expect([count("journal.disk-recovered"), changes]).toEqual([1, 2]);
  await journal.close();
  const again = await openJournal(folder.path, settings);
  expect(again.stats().tornTails).toBe(0);
  expect(await readAll(again.current!)).toEqual(records);
  await again.close();
});

test("ACK_AFTER_DURABLE: while the sync fails nothing is durable, and what is cut meanwhile leaves no trace", async () => {
  await using folder = await tempFolder("journal");
  const disk = new SmallDisk(Number.POSITIVE_INFINITY);
  const journal = await openJournal(folder.path, { openFile: disk.open, writeNow: disk.writeNow, fsync: "always" });
  const history = await startCurrent(journal);
  const kept = [appendNext(history, 10)];
  await written(journal);
  disk.syncError = Object.assign(new Error("input/output error"), { code: "EIO" });
  appendNext(history, 200, { open: true });
  appendNext(history, 50, { open: true });
  const before = disk.attempts;
  await eventually(() => disk.attempts > before + 2);
  expect(journal.progress).toMatchObject({ received: { offset: 1260n }, durable: { offset: 1010n } });
  await history.cutOpenTail();
  kept.push(appendNext(history, 20, { fill: 7 }));
  disk.syncError = undefined;
  await written(journal);
  expect(journal.progress).toMatchObject({ durable: { offset: 1030n } });
  // As kill -9 would leave it: no close. Whole old records behind the new one would look like damage.
  const again = await openJournal(folder.path);
  expect(again.stats().tornTails).toBe(0);
  expect(await readAll(again.current!)).toEqual(kept);
  await Promise.all([again.close(), journal.close()]);
});

test("ACK_AFTER_DURABLE: an everysec sync that failed is owed, until one succeeds", async () => {
  await using folder = await tempFolder("journal");
  const disk = new SmallDisk(Number.POSITIVE_INFINITY);
  const journal = await openJournal(folder.path, { openFile: disk.open, writeNow: disk.writeNow, fsync: "everysec" });
  const history = await startCurrent(journal);
  appendNext(history, 10);
  await written(journal);
  const before = disk.syncs;
  disk.syncError = Object.assign(new Error("input/output error"), { code: "EIO" });
  await journal.keepHouse();
  expect(journal.stats().diskError).toBe("EIO");
  disk.syncError = undefined;
  await journal.keepHouse();
  await journal.keepHouse();
  expect(disk.syncs).toBe(before + 1);
  await journal.close();
});

test("closing a journal whose disk is full ends, and says nothing is durable that is not", async () => {
  await using folder = await tempFolder("journal");
  const disk = new SmallDisk(Number.POSITIVE_INFINITY);
  const journal = await openJournal(folder.path, { openFile: disk.open, writeNow: disk.writeNow });
  const history = await startCurrent(journal);
  const first = appendNext(history, 10);
  await written(journal);
  disk.leftBytes = 30;
  appendNext(history, 10);
  await eventually(() => journal.stats().diskFull);
  await journal.close();
  expect(journal.progress?.durable?.offset).toBe(1010n);
  const again = await openJournal(folder.path);
  expect(await readAll(again.current!)).toEqual([first]);
  await again.close();
});

test("a snapshot waits for a full disk too; its writer is refused room and told why when it gives up", async () => {
  await using folder = await tempFolder("journal");
  const disk = new SmallDisk(0);
  const journal = await openJournal(folder.path, { openFile: disk.open, writeNow: disk.writeNow, maxPendingBytes: 100 });
  const { writer } = journal.startHistory(HISTORY, SNAPSHOT);
  appendRdb(writer);
  expect(writer.hasRoom).toBe(false);
  await eventually(() => journal.stats().diskFull);
  const controller = new AbortController();
  const refused = expect(writer.ready(controller.signal)).rejects.toMatchObject({ code: "JOURNAL_FULL" });
  controller.abort();
  await refused;
  const completed = writer.complete();
  expect(journal.current).toBeUndefined();
  disk.leftBytes = Number.POSITIVE_INFINITY;
  await completed;
  expect(journal.current?.snapshot?.state).toBe("complete");
  await journal.close();
});

test("a snapshot whose sync fails is given up: the kernel would call a second attempt a success", async () => {
  await using folder = await tempFolder("journal");
  const disk = new SmallDisk(Number.POSITIVE_INFINITY);
  const journal = await openJournal(folder.path, { openFile: disk.open, writeNow: disk.writeNow });
  const { writer } = journal.startHistory(HISTORY, SNAPSHOT);
  appendRdb(writer);
  disk.syncError = Object.assign(new Error("input/output error"), { code: "EIO" });
  await expect(writer.complete()).rejects.toMatchObject({ code: "JOURNAL_IO" });
  expect([journal.current, journal.arriving]).toEqual([undefined, undefined]);
  await journal.close();
});
