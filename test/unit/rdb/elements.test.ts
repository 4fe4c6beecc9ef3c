/** The encodings that no server of today writes any more, the extremes of those it does, and what is none of them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { ValueType } from "../../../src/rdb/opcodes.ts";
import { intset } from "../../../src/rdb/packed/intset.ts";
import { listpack } from "../../../src/rdb/packed/listpack.ts";
import { ziplist } from "../../../src/rdb/packed/ziplist.ts";
import { zipmap } from "../../../src/rdb/packed/zipmap.ts";
import { elementsOf, KEY, rebuild } from "../../../src/rdb/rebuild.ts";
import { forEverySplit } from "../../support/splits.ts";
import { makeRdb, type RdbPart, rdbString } from "../../support/stored-snapshot.ts";
import { entriesOf, FIXTURES, parseChunks, readFixture } from "./fixtures.ts";

const REDIS = { family: "redis", version: 13 } as const;
const texts = (values: Iterable<Buffer>) => Array.from(values, (value) => value.toString("latin1"));
const bytes = (...parts: readonly RdbPart[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.of(part) : Buffer.from(part))));

function packed(header: number, count: number, ...entries: readonly Buffer[]): Buffer {
  const blob = Buffer.concat([Buffer.alloc(header), ...entries, Buffer.of(0xff)]);
  blob.writeUInt32LE(blob.length, 0);
  blob.writeUInt16LE(count, header - 2);
  return blob;
}

test("every encoding of a listpack's entry", () => {
  const entry = (...parts: readonly RdbPart[]) => bytes(...parts, bytes(...parts).length);
  const blob = packed(
    6,
    10,
    entry(0x7f),
    entry(0x83, "abc"),
    entry(0xdf, 0xff),
    entry(0xcf, 0xff),
    entry(0xe0, 3, "xyz"),
    entry(0xf0, 1, 0, 0, 0, "q"),
    entry(0xf1, 0, 0x80),
    entry(0xf2, 0xff, 0xff, 0x7f),
    entry(0xf3, 0, 0, 0, 0x80),
    entry(0xf4, 0, 0, 0, 0, 0, 0, 0, 0x80),
  );
  const numbers = ["-32768", "8388607", "-2147483648", "-9223372036854775808"];
  expect(texts(listpack(blob))).toEqual(["127", "abc", "-1", "4095", "xyz", "q", ...numbers]);
});

test("a long entry of a listpack says its length in two bytes and more", () => {
  const long = Buffer.alloc(200, "x");
  const blob = packed(6, 2, bytes(0xe0, 200, long, 0x01, 0xca), bytes(0x01, 1));
  expect(texts(listpack(blob))).toEqual([long.toString(), "1"]);
});

test("every encoding of a ziplist's entry", () => {
  const blob = packed(
    10,
    11,
    bytes(0, 0x03, "abc"),
    bytes(5, 0x40, 2, "de"),
    bytes(0xfe, 5, 0, 0, 0, 0x80, 0, 0, 0, 1, "f"),
    bytes(6, 0xc0, 0, 0x80),
    bytes(4, 0xd0, 0xff, 0xff, 0xff, 0x7f),
    bytes(6, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80),
    bytes(10, 0xf0, 0, 0, 0x80),
    bytes(5, 0xfe, 0x80),
    bytes(3, 0xf1),
    bytes(2, 0xfd),
    bytes(2, 0x00),
  );
  const numbers = ["-32768", "2147483647", "-9223372036854775808", "-8388608", "-128", "0", "12"];
  expect(texts(ziplist(blob))).toEqual(["abc", "de", "f", ...numbers, ""]);
});

test("zipmaps and intsets", () => {
  expect(texts(zipmap(bytes(2, 1, "a", 2, 1, "bc", "?", 0xfe, 1, 0, 0, 0, "d", 0, 0, 0xff)))).toEqual(["a", "bc", "d", ""]);
  expect(texts(intset(bytes(2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0x80)))).toEqual(["1", "-32768"]);
  expect(texts(intset(bytes(8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80)))).toEqual(["-9223372036854775808"]);
});

describe("hash fields with an expiry", () => {
  const minimum = Buffer.alloc(8);
  minimum.writeBigInt64LE(1_000n);
  const entry = (...parts: readonly RdbPart[]) => bytes(...parts, bytes(...parts).length);
  const triples = (time: number) =>
    packed(6, 6, ...["a", "1"].map((word) => entry(0x81, word)), entry(time), ...["b", "2"].map((word) => entry(0x81, word)), entry(0));
  const blob = (body: Buffer) => [body.length, body];
  const at = Buffer.alloc(8);
  at.writeBigInt64LE(1_004n);
  const cases: readonly [what: string, type: number, value: readonly RdbPart[], expireAtMs: bigint, magic: string][] = [
    [
      "Redis 7.4, table: counted from the first",
      ValueType.hashTtl,
      [minimum, 2, 5, rdbString("a"), rdbString("1"), 0, rdbString("b"), rdbString("2")],
      1_004n,
      "REDIS0013",
    ],
    ["Redis 7.4, listpack: absolute", ValueType.hashListpackTtl, [minimum, ...blob(triples(99))], 99n, "REDIS0013"],
    [
      "7.4 candidates, table: absolute",
      ValueType.hashTtlPreGaOrHash2,
      [2, 9, rdbString("a"), rdbString("1"), 0, rdbString("b"), rdbString("2")],
      9n,
      "REDIS0013",
    ],
    ["7.4 candidates, listpack", ValueType.hashListpackTtlPreGa, blob(triples(99)), 99n, "REDIS0013"],
    [
      "Valkey 9",
      ValueType.hashTtlPreGaOrHash2,
      [2, rdbString("a"), rdbString("1"), at, rdbString("b"), rdbString("2"), Buffer.alloc(8, 0xff)],
      1_004n,
      "VALKEY080",
    ],
  ];
  test.each(cases)("%s", (_, type, value, expireAtMs, magic) => {
    const format = magic === "VALKEY080" ? ({ family: "valkey", version: 80 } as const) : REDIS;
    const [found] = entriesOf(parseChunks([makeRdb([type, rdbString("h"), ...value], magic)]));
    expect(Array.from(elementsOf(found!, format))).toEqual([
      { kind: "field", field: Buffer.from("a"), value: Buffer.from("1"), expireAtMs },
      { kind: "field", field: Buffer.from("b"), value: Buffer.from("2"), expireAtMs: undefined },
    ]);
    const commands = Array.from(rebuild(found!, { format, server: FIXTURES["redis-8.6"]! }));
    expect(commands).toEqual([
      ["HSET", KEY, ...["a", "1", "b", "2"].map((word) => Buffer.from(word))],
      ["HPEXPIREAT", KEY, expireAtMs, "FIELDS", 1, Buffer.from("a")],
    ]);
  });
});

test("scores in text and in binary, with all that is no finite number", () => {
  const double = (score: number) => {
    const eight = Buffer.alloc(8);
    eight.writeDoubleLE(score);
    return eight;
  };
  const scoresOf = (...body: readonly RdbPart[]) => {
    const [found] = entriesOf(parseChunks([makeRdb(body)]));
    return Array.from(elementsOf(found!, REDIS), (element) => (element.kind === "scored" ? element.score.toString() : element.kind));
  };
  const k = rdbString("k");
  expect(scoresOf(3, k, 3, k, 3, "1.5", k, 254, k, 255)).toEqual(["1.5", "inf", "-inf"]);
  const numbers = [0.1, -0, 1e308, 5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  expect(scoresOf(5, k, numbers.length, ...numbers.flatMap((score) => [k, double(score)]))).toEqual([
    "0.1",
    "-0",
    "1e+308",
    "5e-324",
    "inf",
    "-inf",
  ]);
});

test.each(Object.keys(FIXTURES))("the elements of %s are the same however their bytes are cut", (name) => {
  const { rdb } = readFixture(name);
  const format = { family: name.startsWith("valkey-9") ? "valkey" : "redis", version: 11 } as const;
  for (const entry of entriesOf(parseChunks([rdb]))) {
    if (entry.type === ValueType.module2) continue;
    const value = Buffer.concat(entry.value);
    if (value.length > 400) continue;
    // As text, because comparing it thousands of times is quick.
    const textOf = (chunks: readonly Buffer[]) =>
      JSON.stringify(Array.from(elementsOf({ ...entry, value: chunks }, format)), (_, part) =>
        typeof part === "bigint" ? `${part}` : part,
      );
    const whole = textOf([value]);
    forEverySplit(value, (chunks) => {
      if (textOf(chunks) !== whole) expect(textOf(chunks)).toBe(whole);
    });
    // The same bytes that the parser found, and not one more or less.
    expect(() => Array.from(elementsOf({ ...entry, value: [value, Buffer.of(0)] }, format))).toThrow(GatewayError);
    expect(() => Array.from(elementsOf({ ...entry, value: [value.subarray(0, -1)] }, format))).toThrow(GatewayError);
  }
});

test("damaged values of every type end in a typed error or in other elements, never in anything else", () => {
  const entries = Object.keys(FIXTURES).flatMap((name) => {
    const format = { family: name.startsWith("valkey-9") ? "valkey" : "redis", version: 11 } as const;
    return entriesOf(parseChunks([readFixture(name).rdb])).map((entry) => ({ entry, format }));
  });
  fc.assert(
    fc.property(fc.nat(entries.length - 1), fc.nat(), fc.nat(255), fc.nat(26), (index, at, byte, type) => {
      const { entry, format } = entries[index]!;
      const value = Buffer.concat(entry.value).subarray(0, 20_000);
      value[at % value.length] = byte;
      for (const each of [entry.type, type]) {
        try {
          let count = 0;
          for (const element of elementsOf({ ...entry, type: each, value: [value] }, format)) if (element && ++count > 100_000) break;
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          expect(["RDB_MALFORMED", "RDB_UNSUPPORTED"]).toContain(error.code);
        }
      }
    }),
    { numRuns: 3_000 },
  );
});
