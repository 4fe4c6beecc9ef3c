import { getEventListeners } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Offset, Replid } from "../../../src/stream/position.ts";
import {
  appendNext,
  appendRdb,
  HISTORY,
  makeRecord,
  OTHER_HISTORY,
  OTHER_SNAPSHOT,
  openJournal,
  RDB,
  REPLID,
  readAll,
  readTo,
  SNAPSHOT,
  START,
  spansOf,
  startCurrent,
  written,
} from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const NEW_REPLID = Replid.of("b".repeat(40));

test("NO_GAP: a record that does not begin at the tail is refused and changes nothing", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const history = await startCurrent(journal);
  appendNext(history, 10);
  for (const from of [START, Offset.of(1009), Offset.of(1011)]) {
    expect(() => history.append(makeRecord(from, 5))).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  }
  expect(history.tail.offset).toBe(1010n);
  await journal.close();
});

test("a reopened journal holds every record, the tail, the replid and the database", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path, { segmentBytes: 1000 });
  const history = await startCurrent(journal);
  const records = Array.from({ length: 40 }, (_, index) => appendNext(history, 20 + index));
  records.push(appendNext(history, 0, { replid: NEW_REPLID, db: 0 }), appendNext(history, 7, { replid: NEW_REPLID, db: 4 }));
  await journal.close();

  const again = await openJournal(folder.path, { segmentBytes: 1000 });
  const reopened = again.current!;
  expect(reopened.id).toBe(HISTORY);
  expect(reopened.tail).toEqual({ offset: history.tail.offset, replid: NEW_REPLID, db: 4, open: false });
  expect(again.stats().segments).toBeGreaterThan(2);
  expect(await readAll(reopened)).toEqual(records);
  expect(again.progress).toMatchObject({
    history: HISTORY,
    received: { offset: history.tail.offset },
    durable: { offset: history.tail.offset },
  });
  await again.close();
});

test("a cursor opened inside a record begins with that record, and at a boundary keeps the empty record there", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const history = await startCurrent(journal);
  appendNext(history, 10);
  appendNext(history, 0, { replid: NEW_REPLID });
  appendNext(history, 10, { replid: NEW_REPLID });
  const check = async (log: typeof history) => {
    expect(spansOf(await readAll(log, Offset.of(1005)))).toEqual(["1000-1010", "1010-1010", "1010-1020"]);
    expect(spansOf(await readAll(log, Offset.of(1010)))).toEqual(["1010-1010", "1010-1020"]);
    expect(spansOf(await readAll(log, Offset.of(1011)))).toEqual(["1010-1020"]);
    expect(await log.replidAt(Offset.of(1000))).toBe(REPLID);
    expect(await log.replidAt(Offset.of(1010))).toBe(REPLID);
    expect(await log.replidAt(Offset.of(1011))).toBe(NEW_REPLID);
    expect(await log.replidAt(Offset.of(1020))).toBe(NEW_REPLID);
    expect(await log.replidAt(Offset.of(1021))).toBeUndefined();
    expect(await log.replidAt(Offset.of(999))).toBeUndefined();
    expect(() => log.openCursor(Offset.of(1021))).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
    expect(() => log.openCursor(Offset.of(999))).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  };
  await check(history);
  await journal.close();
  const again = await openJournal(folder.path);
  await check(again.current!);
  await again.close();
});

test("a reader on disk changes to memory and back without a gap or a duplicate", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path, { memoryBytes: 1000, segmentBytes: 3000 });
  const history = await startCurrent(journal);
  const cursor = history.openCursor(START);
  const seen: Buffer[] = [];
  const sent: Buffer[] = [];
  for (let round = 0; round < 12; round++) {
    const burst = round % 3 === 0 ? 40 : 2; // a burst pushes what is unread out of memory
    for (let index = 0; index < burst; index++) sent.push(appendNext(history, 50));
    await written(journal);
    const middle = sent[Math.floor(sent.length * 0.9)]!;
    seen.push(...(await readTo(cursor, round % 2 === 0 ? Offset.of(middle.readBigUInt64LE(24)) : history.tail.offset, 300)));
  }
  seen.push(...(await readTo(cursor, history.tail.offset, 300)));
  expect(seen).toEqual(sent);
  expect(journal.stats().memoryBytes).toBeLessThan(1200);
  await cursor.close();
  await journal.close();
});

test("a cursor waits at the head, wakes for one record, and leaves nothing behind when its signal aborts", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const history = await startCurrent(journal);
  const cursor = history.openCursor(START);
  const controller = new AbortController();
  const waiting = cursor.next(controller.signal);
  await turn();
  const record = appendNext(history, 3);
  expect(await waiting).toEqual([record]);
  const aborted = cursor.next(controller.signal);
  await turn();
  controller.abort();
  expect(await aborted).toBeUndefined();
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  await cursor.close();
  await journal.close();
});

test("closing a cursor, or the journal, ends its wait", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const history = await startCurrent(journal);
  const signal = new AbortController().signal;
  const [one, two] = [history.openCursor(START), history.openCursor(START)];
  const waits = [one.next(signal), two.next(signal)];
  await turn();
  await one.close();
  await journal.close();
  expect(await Promise.all(waits)).toEqual([undefined, undefined]);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  await two.close();
});

test.each(["pending", "on disk", "after a restart"])("cutOpenTail drops trailing OPEN records (%s)", async (where) => {
  await using folder = await tempFolder("journal");
  let journal = await openJournal(folder.path);
  let history = await startCurrent(journal);
  const kept = [appendNext(history, 10), appendNext(history, 10, { open: true }), appendNext(history, 10)];
  appendNext(history, 10, { open: true });
  appendNext(history, 10, { open: true });
  if (where !== "pending") await written(journal);
  if (where === "after a restart") {
    await journal.close();
    journal = await openJournal(folder.path);
    history = journal.current!;
  }
  expect(history.tail).toMatchObject({ offset: 1050n, open: true });
  await history.cutOpenTail();
  expect(history.tail).toMatchObject({ offset: 1030n, open: false });
  // ACK_AFTER_DURABLE: what was taken back is nowhere any more.
  expect(journal.progress).toMatchObject({ received: { offset: 1030n }, durable: { offset: where === "pending" ? 1000n : 1030n } });
  kept.push(appendNext(history, 4));
  expect(await readAll(history)).toEqual(kept);
  await written(journal);
  expect(journal.progress).toMatchObject({ durable: { offset: 1034n } });
  await journal.close();
  const again = await openJournal(folder.path);
  expect(await readAll(again.current!)).toEqual(kept);
  await again.close();
});

test("a reader that has more than the cut left must begin again; one that has not goes on", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path, { memoryBytes: 0 });
  const history = await startCurrent(journal);
  appendNext(history, 10);
  appendNext(history, 10, { open: true });
  await written(journal);
  const [ahead, behind, unopened] = [history.openCursor(START), history.openCursor(START), history.openCursor(START)];
  await readTo(ahead, Offset.of(1020));
  await readTo(behind, Offset.of(1010), 1);
  await history.cutOpenTail();
  appendNext(history, 3);
  await expect(ahead.next(AbortSignal.timeout(5000))).rejects.toMatchObject({ code: "HISTORY_CHANGED" });
  expect(spansOf(await readTo(behind, Offset.of(1013)))).toEqual(["1010-1013"]);
  expect(spansOf(await readTo(unopened, Offset.of(1013)))).toEqual(["1000-1010", "1010-1013"]);
  await Promise.all([ahead.close(), behind.close(), unopened.close()]);
  await journal.close();
});

test("a new history becomes current only when its snapshot is whole; cursors of the old one then say so", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const old = await startCurrent(journal);
  appendNext(old, 10);
  const cursor = old.openCursor(Offset.of(1010));
  const refused = expect(cursor.next(AbortSignal.timeout(5000))).rejects.toMatchObject({ code: "HISTORY_CHANGED" });
  const { history, writer } = journal.startHistory(OTHER_HISTORY, OTHER_SNAPSHOT);
  appendNext(history, 10);
  expect(journal.current).toBe(old);
  expect(journal.progress?.history).toBe(HISTORY);
  appendRdb(writer);
  const changed = journal.changed(AbortSignal.timeout(5000));
  await writer.complete();
  await changed;
  expect(journal.current).toBe(history);
  expect(journal.arriving).toBeUndefined();
  expect(journal.progress).toMatchObject({ history: OTHER_HISTORY, received: { offset: 5010n } });
  await refused;
  expect(() => appendNext(old, 5)).toThrow(expect.objectContaining({ code: "HISTORY_CHANGED" }));
  await journal.close();
  const again = await openJournal(folder.path);
  expect(again.current?.id).toBe(OTHER_HISTORY);
  expect(again.arriving).toBeUndefined();
  await again.close();
});

test("progress: received moves with append, durable after the write, applied as told; listeners hear it once per turn", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path, { fsync: "always" });
  const history = await startCurrent(journal);
  await turn();
  let heard = 0;
  const stop = journal.onProgress(() => heard++);
  for (let index = 0; index < 100; index++) appendNext(history, 10);
  expect(journal.progress).toMatchObject({ received: { offset: 2000n }, durable: { offset: START } });
  const before = journal.stats().fsyncs;
  await written(journal);
  await turn();
  expect(journal.progress).toMatchObject({ durable: { offset: 2000n } });
  expect(journal.stats().fsyncs).toBe(before + 1);
  expect(heard).toBeLessThanOrEqual(3);
  journal.markApplied({ history: OTHER_HISTORY, offset: START });
  expect(journal.progress?.applied).toBeUndefined();
  journal.markApplied({ history: HISTORY, offset: Offset.of(1500) });
  expect(journal.progress?.applied?.offset).toBe(1500n);
  stop();
  const silent = heard;
  await turn();
  expect(heard).toBe(silent);
  await journal.close();
});

test("an unfinished history is forgotten when another begins", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path);
  const first = journal.startHistory(HISTORY, SNAPSHOT);
  const second = journal.startHistory(HISTORY, OTHER_SNAPSHOT);
  expect(journal.arriving).toBe(second.history);
  expect(() => appendNext(first.history, 5)).toThrow(expect.objectContaining({ code: "HISTORY_CHANGED" }));
  expect(() => appendRdb(first.writer)).toThrow(expect.objectContaining({ code: "HISTORY_CHANGED" }));
  appendRdb(second.writer);
  await second.writer.complete();
  expect(journal.current).toBe(second.history);
  await journal.close();
});

test("an open unit larger than a segment stays in one, so that it can be cut after a restart", async () => {
  await using folder = await tempFolder("journal");
  const options = { segmentBytes: 300 };
  const journal = await openJournal(folder.path, options);
  const history = await startCurrent(journal);
  const kept = [appendNext(history, 100), appendNext(history, 100)];
  for (let index = 0; index < 6; index++) appendNext(history, 100, { open: true });
  await journal.close();
  const again = await openJournal(folder.path, options);
  await again.current!.cutOpenTail();
  expect(again.current!.tail).toMatchObject({ offset: 1200n, open: false });
  kept.push(appendNext(again.current!, 100), appendNext(again.current!, 100));
  expect(await readAll(again.current!)).toEqual(kept);
  await again.close();
});

test("an arriving history that was half removed is not gone on with", async () => {
  await using folder = await tempFolder("journal");
  const options = { segmentBytes: 300 };
  const journal = await openJournal(folder.path, options);
  const { history, writer } = journal.startHistory(HISTORY, SNAPSHOT);
  appendRdb(writer, RDB.subarray(0, 32));
  for (let index = 0; index < 9; index++) appendNext(history, 100);
  await journal.close();
  const inside = join(folder.path, (await readdir(folder.path))[0]!);
  await rm(join(inside, "00000000000000001000.seg"));
  const again = await openJournal(folder.path, options);
  expect(again.arriving).toBeUndefined();
  expect(await readdir(folder.path)).toEqual([]);
  await again.close();
});

test("holdsUnder: a name vouches for every offset up to the last that it was in force at", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path, { segmentBytes: 300 });
  const history = await startCurrent(journal);
  const NEWEST_REPLID = Replid.of("c".repeat(40));
  for (let count = 0; count < 5; count++) appendNext(history, 10);
  appendNext(history, 0, { replid: NEW_REPLID });
  for (let count = 0; count < 3; count++) appendNext(history, 10, { replid: NEW_REPLID });
  for (let count = 0; count < 5; count++) appendNext(history, 10, { replid: NEWEST_REPLID });
  await written(journal);
  expect(journal.stats().segments).toBeGreaterThan(2);
  const offsets = [1000, 1050, 1051, 1080, 1081, 1130];
  const vouches = async (replid: Replid) => Promise.all(offsets.map((offset) => history.holdsUnder(replid, Offset.of(offset))));
  expect(await vouches(REPLID)).toEqual([true, true, false, false, false, false]);
  expect(await vouches(NEW_REPLID)).toEqual([true, true, true, true, false, false]);
  expect(await vouches(NEWEST_REPLID)).toEqual([true, true, true, true, true, true]);
  expect(await history.holdsUnder(NEWEST_REPLID, Offset.of(1131))).toBe(false);
  expect(await history.holdsUnder(Replid.of("d".repeat(40)), START)).toBe(false);
  await journal.close();
});
