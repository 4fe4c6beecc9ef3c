/** TRANSACTIONS_STAY_WHOLE, NO_GAP and OFFSET_COUNTS_EVERY_BYTE hold for whatever a master sends and however it is chunked. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CommandScanner } from "../../src/resp/command-scanner.ts";
import { Cutter } from "../../src/source/cutter.ts";
import { Offset, Replid } from "../../src/stream/position.ts";
import { decodePayload, decodeRecordHeader, MAX_RECORD_RAW_BYTES, type RecordHeader } from "../../src/stream/record.ts";
import { trimRecord } from "../../src/stream/trim.ts";

const replid = Replid.of("a".repeat(40));
const START = 1000n;

function resp(...words: readonly (string | Buffer)[]): Buffer {
  const parts = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) parts.push(Buffer.from(`$${Buffer.byteLength(word)}\r\n`), Buffer.from(word), Buffer.from("\r\n"));
  return Buffer.concat(parts);
}

type Cut = { readonly record: Buffer; readonly header: RecordHeader; readonly payload: Buffer };

function cutAll(bytes: Buffer, chunkBytes: number, flushEvery: number): readonly Cut[] {
  const records: Cut[] = [];
  let now = 0;
  const cutter = new Cutter({
    offset: Offset.of(START),
    db: 3,
    replid,
    wallMs: () => ++now,
    emit: (record) => {
      const header = decodeRecordHeader(record);
      records.push({ record, header, payload: decodePayload(record, header) });
    },
  });
  let pushes = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    cutter.push(bytes.subarray(at, at + chunkBytes));
    expect(cutter.offset).toBe(Offset.of(START + BigInt(Math.min(bytes.length, at + chunkBytes))));
    if (++pushes % flushEvery === 0) cutter.flush();
  }
  cutter.flush();
  return records;
}

function check(bytes: Buffer, records: readonly Cut[]): void {
  expect(Buffer.concat(records.map((record) => record.payload)).equals(bytes)).toBe(true);
  let at = START;
  let db = 3;
  const scanner = new CommandScanner({ db: 3 });
  let commands = 0;
  for (const { header, payload } of records) {
    expect(header.from).toBe(at);
    expect(header.db).toBe(db);
    expect(payload.length).toBeLessThanOrEqual(MAX_RECORD_RAW_BYTES);
    scanner.feed(payload);
    let ended = 0;
    while (scanner.next()) ended++;
    commands += ended;
    expect(header.commands).toBe(ended);
    expect(header.dbAfter).toBe(scanner.db);
    if (!header.open) expect([scanner.atBoundary, scanner.inTransaction]).toEqual([true, false]);
    at = header.to;
    db = header.dbAfter;
  }
  expect(commands).toBeGreaterThan(0);
  expect(records.at(-1)?.header.open).toBe(false);
}

const value = fc.integer({ min: 0, max: 3000 }).map((bytes) => Buffer.alloc(bytes, "v"));
const write = value.map((bytes) => resp("SET", "key", bytes));
const select = fc.nat(15).map((db) => resp("SELECT", `${db}`));
/** Of the master itself; it counts in the offset like anything else. */
const talk = fc.constantFrom(resp("PING"), resp("REPLCONF", "GETACK", "*"));
const transaction = fc
  .array(fc.oneof(write, select), { minLength: 1, maxLength: 30 })
  .map((commands) => Buffer.concat([resp("MULTI"), ...commands, resp("EXEC")]));
const streams = fc
  .array(fc.oneof({ weight: 8, arbitrary: write }, select, transaction, talk), { minLength: 1, maxLength: 60 })
  .map((parts) => Buffer.concat(parts));

test("records lie end to end, carry every byte, and end between commands outside transactions", () => {
  fc.assert(
    fc.property(streams, fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 9 }), (bytes, chunkBytes, flushEvery) => {
      check(bytes, cutAll(bytes, chunkBytes, flushEvery));
    }),
    { numRuns: 60 },
  );
});

test("a value and a transaction larger than any record go out as OPEN records that end exactly with them", () => {
  const huge = resp("SET", "big", Buffer.alloc(3 * MAX_RECORD_RAW_BYTES + 17, "x"));
  const many = Buffer.concat([
    resp("MULTI"),
    ...Array.from({ length: 40 }, () => resp("SET", "k", Buffer.alloc(60_000, "y"))),
    resp("EXEC"),
  ]);
  const small = resp("SET", "k", "v");
  const bytes = Buffer.concat([small, huge, small, many, resp("SELECT", "1"), small]);
  for (const chunkBytes of [1000, 65_536, 1_500_000]) {
    const records = cutAll(bytes, chunkBytes, 1);
    check(bytes, records);
    const ends = records.filter(({ header }, index) => !header.open && records[index - 1]?.header.open).map(({ header }) => header.to);
    const hugeEnd = START + BigInt(small.length + huge.length);
    expect(ends).toEqual([hugeEnd, hugeEnd + BigInt(small.length + many.length)]);
  }
});

test("a record is trimmed at each of its boundaries and nowhere else", () => {
  const commands = [
    resp("SELECT", "5"),
    resp("SET", "a", "1"),
    Buffer.concat([resp("MULTI"), resp("INCR", "a"), resp("EXEC")]),
    resp("PING"),
  ];
  const bytes = Buffer.concat(commands);
  const [only] = cutAll(bytes, bytes.length, 1);
  const boundaries = new Set(commands.map((_, index) => Buffer.concat(commands.slice(0, index)).length));
  for (let skip = 1; skip < bytes.length; skip++) {
    const from = Offset.of(START + BigInt(skip));
    if (!boundaries.has(skip)) {
      expect(() => trimRecord(only!.record, from)).toThrow("not a command boundary");
      continue;
    }
    const trimmed = trimRecord(only!.record, from);
    const header = decodeRecordHeader(trimmed);
    expect(header).toMatchObject({ from, to: only!.header.to, db: 5, dbAfter: 5 });
    expect(decodePayload(trimmed, header).equals(bytes.subarray(skip))).toBe(true);
  }
});
