import { expect, test } from "vitest";
import { RdbInspection, type RdbReport } from "../../../src/rdb/inspection.ts";
import { RdbParser } from "../../../src/rdb/parser.ts";
import { makeRdb, rdbString } from "../../support/stored-snapshot.ts";
import { entriesOf, FIXTURES, parseChunks, readFixture } from "./fixtures.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00Z");

function inspect(chunks: readonly Buffer[], top = 10): RdbReport {
  const inspection = new RdbInspection({ nowMs: NOW_MS, top });
  for (const chunk of chunks) inspection.push(chunk);
  return inspection.finish();
}

test.each(Object.keys(FIXTURES))("what %s wrote is counted as its own DUMP says, however it is cut", (name) => {
  const { rdb, expected } = readFixture(name);
  const report = inspect([rdb]);
  const sizes = entriesOf(parseChunks([rdb])).map(({ value }) => value.reduce((bytes, piece) => bytes + piece.length, 0));
  expect(report).toMatchObject({ keys: expected.length, bytes: rdb.length, checksum: "verified" });
  expect(report.expiries.keys).toBe(expected.filter(({ expireAtMs }) => expireAtMs > 0).length);
  expect(report.types.reduce((sum, { keys }) => sum + keys, 0)).toBe(expected.length);
  expect(report.types.reduce((sum, { valueBytes }) => sum + valueBytes, 0)).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0));
  expect(report.largest.map(({ valueBytes }) => valueBytes)).toEqual(sizes.sort((a, b) => b - a).slice(0, 10));
  expect(report.types.map(({ type }) => type)).not.toContain("unknown");
  for (const size of [1, 7, 4096]) {
    const chunks = Array.from({ length: Math.ceil(rdb.length / size) }, (_, index) => rdb.subarray(index * size, (index + 1) * size));
    expect(inspect(chunks)).toEqual(report);
  }
});

test("expiries are counted by how near they are", () => {
  const key = (name: string, atMs: number) => {
    const time = Buffer.alloc(8);
    time.writeBigInt64LE(BigInt(atMs));
    return [0xfc, time, 0, rdbString(name), rdbString("v")];
  };
  const body = [-1, 0, 1, 3_600_000, 3_600_001, 86_400_000, 30 * 86_400_000, 30 * 86_400_000 + 1].flatMap((leftMs) =>
    key(`${leftMs}`, NOW_MS + leftMs),
  );
  expect(inspect([makeRdb([...body, 0, rdbString("stays"), rdbString("v")])]).expiries).toEqual({
    keys: 8,
    past: 2,
    hour: 2,
    day: 2,
    month: 1,
    later: 1,
    firstAtMs: BigInt(NOW_MS - 1),
    lastAtMs: BigInt(NOW_MS + 30 * 86_400_000 + 1),
  });
});

test("a value that is only measured is not held, and may have any size", () => {
  const value = Buffer.concat([Buffer.of(0x80, 0, 0, 0x27, 0x10), Buffer.alloc(10_000)]);
  const file = makeRdb([0, rdbString("a"), value, 1, rdbString("b"), 2, value, value]);
  const parser = new RdbParser({ keepValues: false, maxValueBytes: 1_000 });
  const found = [];
  for (const byte of file) {
    parser.feed(Buffer.of(byte));
    for (let item = parser.next(); item !== undefined; item = parser.next()) if (item.kind === "entry") found.push(item);
  }
  expect(found).toMatchObject([
    { value: [], valueBytes: 10_005 },
    { value: [], valueBytes: 20_011 },
  ]);
});

test("only the largest keys are named, and of a long name its beginning", () => {
  const name = "k".repeat(63);
  const report = inspect(
    [makeRdb([0, rdbString("a"), rdbString("1"), 0, rdbString(name), rdbString("333"), 0, rdbString("c"), rdbString("22")])],
    2,
  );
  expect(report.largest.map(({ key, valueBytes }) => [key.toString(), valueBytes])).toEqual([
    [name, 4],
    ["c", 3],
  ]);
  const long = Buffer.concat([Buffer.of(0x80, 0, 0, 1, 44), Buffer.alloc(300, "x")]);
  expect(inspect([makeRdb([0, long, rdbString("v")])]).largest).toMatchObject([{ key: Buffer.alloc(256, "x"), keyBytes: 300 }]);
});
