import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planRetention } from "../../../src/journal/retention.ts";
import { Offset } from "../../../src/stream/position.ts";
import {
  appendNext,
  HISTORY,
  OTHER_HISTORY,
  openJournal,
  REPLID,
  readTo,
  recordingLog,
  START,
  startCurrent,
  written,
} from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const segments = [0, 100, 200, 300].map((first, index) => ({ first: Offset.of(first), bytes: 50, writtenAtMs: index * 10 }));

test.each([
  ["keeps all below the limits", { bytes: 200, ageMs: 100, needed: undefined, nowMs: 30 }, { drop: 0, neededBytes: 0 }],
  ["drops the oldest above the byte limit", { bytes: 120, ageMs: 100, needed: undefined, nowMs: 30 }, { drop: 2, neededBytes: 0 }],
  ["never drops the last", { bytes: 0, ageMs: 0, needed: undefined, nowMs: 1000 }, { drop: 3, neededBytes: 0 }],
  ["drops what is old and not needed", { bytes: 200, ageMs: 15, needed: Offset.of(100), nowMs: 1000 }, { drop: 1, neededBytes: 0 }],
  ["keeps what is old but needed", { bytes: 200, ageMs: 15, needed: Offset.of(99), nowMs: 1000 }, { drop: 0, neededBytes: 0 }],
  [
    "keeps all for a reader of unknown position",
    { bytes: 200, ageMs: 15, needed: "everything" as const, nowMs: 1000 },
    { drop: 0, neededBytes: 0 },
  ],
  [
    "drops even what is needed above the byte limit, and says so",
    { bytes: 100, ageMs: 1000, needed: Offset.of(150), nowMs: 30 },
    { drop: 2, neededBytes: 50 },
  ],
])("%s", (_, { bytes, ageMs, needed, nowMs }, expected) => {
  expect(planRetention({ segments, limits: { bytes, ageMs }, needed, nowMs })).toMatchObject(expected);
});

test.each([
  [undefined, 0],
  [Offset.of(350), 50],
  [Offset.of(300), 50],
  [Offset.of(299), 100],
  ["everything" as const, 200],
])("says how much a reader at %s holds", (needed, heldBytes) => {
  expect(planRetention({ segments, limits: { bytes: 1_000, ageMs: 1_000 }, needed, nowMs: 30 })).toMatchObject({ drop: 0, heldBytes });
});

test("NEVER_SILENT: before anything that a reader needs is dropped, somebody is told, once until there is room again", async () => {
  await using folder = await tempFolder("journal");
  const { log, count } = recordingLog();
  const journal = await openJournal(folder.path, { segmentBytes: 500, retention: { bytes: 4_000, ageMs: 1 << 30 }, log });
  const history = await startCurrent(journal);
  const said = async () => {
    await written(journal);
    await journal.keepHouse();
    return [count("journal.nearly-full"), journal.stats().droppedNeededBytes];
  };
  journal.retain("peer", { history: HISTORY, offset: START });
  const fillTo = (bytes: number) => {
    while (journal.stats().bytes + journal.stats().pendingBytes < bytes) appendNext(history, 100);
  };
  fillTo(2_500);
  expect(await said()).toEqual([0, 0]);
  fillTo(3_500);
  expect(await said()).toEqual([1, 0]);
  expect(await said()).toEqual([1, 0]);
  expect(journal.stats().neededBytes).toBeGreaterThan(3_000);
  journal.retain("peer", { history: HISTORY, offset: history.tail.offset });
  expect(await said()).toEqual([1, 0]);
  journal.retain("peer", { history: HISTORY, offset: START });
  expect(await said()).toEqual([2, 0]);
  await journal.close();
});

test("a last segment without records proves nothing: the one before it stays", () => {
  const withEmpty = [...segments, { first: Offset.of(400), bytes: 0, writtenAtMs: 0 }];
  expect(planRetention({ segments: withEmpty, limits: { bytes: 0, ageMs: 0 }, needed: undefined, nowMs: 1000 }).drop).toBe(3);
});

test("dropped records are a JOURNAL_GAP for who wants them, the useless snapshot goes, and the history stays current", async () => {
  await using folder = await tempFolder("journal");
  const { log, count } = recordingLog();
  const options = { segmentBytes: 1000, memoryBytes: 0, retention: { bytes: 2500, ageMs: 1 << 30 }, log };
  const journal = await openJournal(folder.path, options);
  const history = await startCurrent(journal);
  const slow = history.openCursor(START);
  const loading = history.snapshot!.openReader(0);
  for (let index = 0; index < 40; index++) appendNext(history, 100);
  await written(journal);
  journal.retain("peer", { history: HISTORY, offset: Offset.of(1500) });
  journal.retain("delivery", { history: HISTORY, offset: history.tail.offset });
  await journal.keepHouse();
  await journal.keepHouse();
  expect(journal.stats().bytes).toBeLessThanOrEqual(2500);
  expect(journal.stats().droppedNeededBytes).toBeGreaterThan(0);
  expect(count("journal.dropped-needed")).toBe(1);
  expect(history.start).toBeGreaterThan(START);
  expect(history.snapshot).toBeUndefined();
  await expect(slow.next(AbortSignal.timeout(5000))).rejects.toMatchObject({ code: "JOURNAL_GAP" });
  await slow.close();
  expect(await loading.next(AbortSignal.timeout(5000))).toBe("aborted");
  await loading.close();
  expect(() => history.openCursor(START)).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  const { start } = history;
  await journal.close();
  expect((await readdir(join(folder.path, (await readdir(folder.path))[0]!))).some((name) => name.endsWith(".chunks"))).toBe(false);
  const again = await openJournal(folder.path, options);
  expect(again.current?.start).toBe(start);
  const cursor = again.current!.openCursor(start);
  await readTo(cursor, history.tail.offset);
  await cursor.close();
  await again.close();
});

test("age alone drops nothing that a reader needs", async () => {
  await using folder = await tempFolder("journal");
  let nowMs = 1_000_000;
  const journal = await openJournal(folder.path, {
    segmentBytes: 500,
    retention: { bytes: 1 << 30, ageMs: 1000 },
    clock: { nowMs: () => nowMs },
  });
  const history = await startCurrent(journal);
  for (let index = 0; index < 10; index++) appendNext(history, 100);
  await written(journal);
  nowMs += 5000;
  for (const needed of [undefined, { history: OTHER_HISTORY, offset: START }, { history: HISTORY, offset: START }]) {
    journal.retain("peer", needed);
    await journal.keepHouse();
    expect(history.start).toBe(START);
  }
  journal.retain("peer", { history: HISTORY, offset: history.tail.offset });
  await journal.keepHouse();
  expect(history.start).toBeGreaterThan(START);
  await journal.close();
});

test("a replid that is asked for at the end of what retention drops is no damage, though the file goes before it is opened", async () => {
  await using folder = await tempFolder("journal");
  const journal = await openJournal(folder.path, { segmentBytes: 500, memoryBytes: 1 });
  const history = await startCurrent(journal);
  for (let count = 0; count < 12; count++) appendNext(history, 100);
  await written(journal);
  const inside = join(folder.path, (await readdir(folder.path))[0]!);
  const [oldest, second] = (await readdir(inside)).filter((name) => name.endsWith(".seg")).sort();
  await rm(join(inside, oldest!));
  journal.retention = { bytes: journal.stats().bytes - 1, ageMs: 1 << 30 };
  const end = Offset.of(Number.parseInt(second!, 10));
  const [replid] = await Promise.all([history.replidAt(end), journal.keepHouse()]);
  expect([replid, history.start, journal.current, journal.stats().damages]).toEqual([REPLID, end, history, 0]);
  await journal.close();
});
