/** The journal against an array, under any order of appends, readers, cuts, restarts and torn ends; and under flipped bits. */
import { readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GatewayError } from "../../src/errors.ts";
import type { StreamJournal } from "../../src/journal/journal.ts";
import type { RecordCursor } from "../../src/stream/log.ts";
import { type Offset, Offset as Offsets } from "../../src/stream/position.ts";
import { readRecordHeader } from "../../src/stream/record.ts";
import { appendNext, openJournal, readAll, readTo, START, spansOf, startCurrent, written } from "../support/journal-kit.ts";
import { tempFolder } from "../support/temp-folder.ts";

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("append" as const), bytes: fc.nat(200), open: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      maxBytes: fc.integer({ min: 1, max: 1000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("seek" as const), part: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trim" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("settle" as const) }) },
);

/** An offset in `start … end`, by its part of the way. */
function offsetAt(start: Offset, end: Offset, part: number): Offset {
  return Offsets.of(start + BigInt(Math.round(Number(end - start) * part)));
}

test("the journal holds what was appended, in order, once, whatever happens to it", async () => {
  const settings = fc.record({ memoryBytes: fc.constantFrom(0, 300, 100_000), segmentBytes: fc.constantFrom(200, 1000, 100_000) });
  await fc.assert(
    fc.asyncProperty(settings, fc.array(operation, { maxLength: 60 }), async (sizes, plan) => {
      await using folder = await tempFolder("journal-model");
      const options = { ...sizes, retention: { bytes: 1500, ageMs: 1 << 30 } };
      let journal: StreamJournal = await openJournal(folder.path, options);
      await startCurrent(journal);
      let model: Buffer[] = [];
      let cursor: RecordCursor = journal.current!.openCursor(START);
      let mayGap = false;
      const expected = (from: Offset): Buffer[] =>
        model.filter((record) => record.readBigUInt64LE(32) > from || record.readBigUInt64LE(24) >= from);
      for (const step of plan) {
        const history = journal.current!;
        const { tail } = history;
        if (step.kind === "append") model.push(appendNext(history, step.bytes, { open: step.open }));
        if (step.kind === "settle") await written(journal);
        if (step.kind === "seek") {
          const from = offsetAt(history.start, tail.offset, step.part);
          if (expected(from).some((record) => record.readBigUInt64LE(32) > from))
            expect(spansOf(await readAll(history, from))).toEqual(spansOf(expected(from)));
        }
        if (step.kind === "trim") {
          await journal.keepHouse();
          mayGap = true;
        }
        if (step.kind === "cut") {
          await history.cutOpenTail();
          while (model.length > 0 && readRecordHeader(model.at(-1)!).open) model.pop();
          if (cursor.offset > history.tail.offset) {
            await expect(cursor.next(AbortSignal.timeout(5000))).rejects.toMatchObject({ code: "HISTORY_CHANGED" });
            await cursor.close();
            cursor = history.openCursor(history.tail.offset);
          }
        }
        if (step.kind === "reopen") {
          await cursor.close();
          await journal.close();
          journal = await openJournal(folder.path, options);
          expect(journal.current!.tail).toEqual(tail);
          cursor = journal.current!.openCursor(journal.current!.start);
        }
        if (step.kind === "read") {
          const from = cursor.offset;
          const to = offsetAt(from, tail.offset, step.part);
          try {
            const records = await readTo(cursor, to, step.maxBytes);
            // Empty records at `from` may belong to the batch before or to this one.
            const wanted = spansOf(expected(from));
            const got = spansOf(records);
            expect(got.filter(isFull)).toEqual(wanted.filter(isFull).slice(0, got.filter(isFull).length));
            for (const record of records) expect(model.some((stored) => stored.equals(record))).toBe(true);
          } catch (error) {
            if (!mayGap || !(error instanceof GatewayError) || error.code !== "JOURNAL_GAP") throw error;
            await cursor.close();
            cursor = history.openCursor(history.start);
          }
        }
      }
      const { start } = journal.current!;
      model = model.filter((record) => record.readBigUInt64LE(24) >= start);
      const stored = await readAll(journal.current!);
      expect(stored.filter((record) => record.readBigUInt64LE(32) > start)).toEqual(
        model.filter((record) => record.readBigUInt64LE(32) > start).slice(0, stored.length),
      );
      await cursor.close();
      await journal.close();
    }),
    { numRuns: 60 },
  );
});

function isFull(span: string): boolean {
  const [from, to] = span.split("-");
  return from !== to;
}

/** A closed journal with three segments; answers the path and bytes of one of them, counted from the end. */
async function smallJournal(folder: string, fromEnd: number): Promise<{ path: string; bytes: Buffer; records: Buffer[] }> {
  const journal = await openJournal(folder, { segmentBytes: 300 });
  const history = await startCurrent(journal);
  const records = Array.from({ length: 8 }, (_, index) => appendNext(history, 20 + index));
  await journal.close();
  const inside = join(folder, (await readdir(folder))[0]!);
  const names = (await readdir(inside)).filter((name) => name.endsWith(".seg")).sort();
  expect(names.length).toBe(3);
  const path = join(inside, names.at(-1 - fromEnd)!);
  return { path, bytes: await readFile(path), records };
}

type Found = { readonly read: Buffer[]; readonly tornTails: number; readonly damages: number };

async function openAndRead(folder: string): Promise<Found> {
  const journal = await openJournal(folder, { segmentBytes: 300 });
  try {
    const { tornTails, damages } = journal.stats();
    return { read: await readAll(journal.current!), tornTails, damages };
  } finally {
    await journal.close();
  }
}

test("a last segment that ends at any byte gives every whole record before it, and can be appended to", async () => {
  await using folder = await tempFolder("journal-torn");
  const { path, bytes, records } = await smallJournal(folder.path, 0);
  const starts = recordStarts(bytes);
  for (let cut = bytes.length; cut >= 0; cut--) {
    await writeFile(path, bytes);
    await truncate(path, cut);
    const whole = records.length - starts.filter((end) => end > cut).length;
    const { read, tornTails } = await openAndRead(folder.path);
    expect(read, `cut at ${cut}`).toEqual(records.slice(0, whole));
    // Nothing torn stays behind what is appended next: a later crash would make it look like damage.
    const left = await stat(path).catch(() => undefined);
    expect(left === undefined || left.size === 160 || starts.includes(left.size)).toBe(true);
    expect(tornTails).toBe(cut === 160 || starts.includes(cut) ? 0 : 1);
    if (cut % 7 > 0) continue;
    const journal = await openJournal(folder.path, { segmentBytes: 300 });
    const more = appendNext(journal.current!, 9);
    await journal.close();
    expect((await openAndRead(folder.path)).read, `appended after a cut at ${cut}`).toEqual([...records.slice(0, whole), more]);
    await removeSegmentsAfter(path);
  }
});

/** File positions at which the records of a segment end. */
function recordStarts(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 160; at < bytes.length; ) {
    at += bytes.readUInt32LE(at);
    ends.push(at);
  }
  return ends;
}

async function removeSegmentsAfter(path: string): Promise<void> {
  const folder = join(path, "..");
  for (const name of await readdir(folder)) {
    if (name.endsWith(".seg") && join(folder, name) > path) await rm(join(folder, name));
  }
}

test.each([0, 1, 2])(
  "a flipped bit anywhere is found and cut off with what lies behind; a wrong record is never delivered (%d from the end)",
  async (fromEnd) => {
    await using folder = await tempFolder("journal-flip");
    const { path, bytes, records } = await smallJournal(folder.path, fromEnd);
    const whole = await filesBeside(path);
    const ends = recordStarts(bytes);
    for (let bit = 0; bit < bytes.length * 8; bit += 29) {
      for (const [file, content] of whole) await writeFile(file, content);
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await writeFile(path, flipped);
      const first = await openAndRead(folder.path).catch((error: unknown) => error);
      if (first instanceof GatewayError) {
        expect(first.code, `bit ${bit}`).toBe("JOURNAL_CORRUPT");
        expect(first.message).toContain(path);
        expect(first.message).toMatch(/byte \d+/);
        expect(fromEnd, `bit ${bit}: what is bad in the newest file is cut at open`).toBeGreaterThan(0);
      }
      const { read, ...found } = first instanceof GatewayError ? await openAndRead(folder.path) : (first as Found);
      const kept = records.length - behind(whole, path) - ends.filter((end) => end > bit >> 3).length;
      expect(read, `bit ${bit}`).toEqual(records.slice(0, kept));
      if (first instanceof GatewayError) expect(found).toEqual({ tornTails: 0, damages: 0 });
      else expect(found, `bit ${bit}`).toEqual(fromEnd > 0 ? { tornTails: 1, damages: 1 } : { tornTails: 1, damages: 0 });
    }
  },
);

async function filesBeside(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const folder = join(path, "..");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".seg")).sort();
  return new Map(await Promise.all(names.map(async (name) => [join(folder, name), await readFile(join(folder, name))] as const)));
}

/** Records in the files behind `path`. */
function behind(files: ReadonlyMap<string, Buffer>, path: string): number {
  return [...files].filter(([file]) => file > path).reduce((sum, [, bytes]) => sum + recordStarts(bytes).length, 0);
}
