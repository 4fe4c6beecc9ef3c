import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { parseRdbAux } from "../../../src/rdb/aux.ts";
import { DumpPayloads, dumpPayload } from "../../../src/rdb/dump-payload.ts";
import { decodeMagic } from "../../../src/rdb/format.ts";
import type { RdbItem } from "../../../src/rdb/parser.ts";
import { forEverySplit } from "../../support/splits.ts";
import { makeRdb, type RdbPart, rdbString } from "../../support/stored-snapshot.ts";
import { entriesOf, FIXTURES, parseChunks, readFixture } from "./fixtures.ts";

function failure(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Everything that items say but not how their bytes are cut; text, because comparing it thousands of times is quick. */
function textOf(items: readonly RdbItem[]): string {
  const latin1 = (pieces: readonly Buffer[]) => pieces.map((piece) => piece.toString("latin1")).join("");
  const lines = items.map((item) => {
    if (item.kind !== "entry") return JSON.stringify(item);
    const { db, expireAtMs, idleSeconds, freq, type, key, value, meta, endsAt } = item;
    return `${db} ${expireAtMs} ${idleSeconds} ${freq} ${type} ${endsAt} ${latin1([key])} ${latin1(meta)} ${latin1(value)}`;
  });
  return lines.join("\n");
}

function cut(file: Buffer, bytes: number): Buffer[] {
  return Array.from({ length: Math.ceil(file.length / bytes) }, (_, index) => file.subarray(index * bytes, (index + 1) * bytes));
}

describe.each(Object.entries(FIXTURES))("an RDB of %s", (name, server) => {
  const { rdb: file, expected } = readFixture(name);
  const whole = parseChunks([file]);

  test("gives every key with the bytes that DUMP gave", () => {
    const payloads = new DumpPayloads(decodeMagic(file.subarray(0, 9)), server);
    const found = entriesOf(whole).map((entry) => {
      expect(payloads.accepts(entry.type)).toBe(entry.type !== 7 || server.versionNumber >= 602);
      const payload = dumpPayload(entry, payloads);
      return {
        db: entry.db,
        key: entry.key.toString("base64"),
        bytes: payload.length,
        crc64: payload.subarray(-8).toString("hex"),
        expireAtMs: Number(entry.expireAtMs ?? 0n),
      };
    });
    const inOrder = (list: readonly { db: number; key: string }[]) => [...list].sort((a, b) => a.db - b.db || (a.key < b.key ? -1 : 1));
    expect(inOrder(found)).toEqual(inOrder(expected));
    expect(whole.at(-1)).toEqual({ kind: "end", checksum: "verified" });
  });

  test("measures values as it holds them: place, size and the payload's footer", () => {
    const payloads = new DumpPayloads(decodeMagic(file.subarray(0, 9)), server);
    const held = entriesOf(whole);
    for (const chunkBytes of [file.length, 7]) {
      const measured = entriesOf(parseChunks(cut(file, chunkBytes), { heldValueBytes: 0 }));
      expect(measured).toHaveLength(held.length);
      for (const [index, { measured: span, endsAt, value }] of measured.entries()) {
        expect(file.subarray(span!.from, endsAt)).toEqual(Buffer.concat(held[index]!.value));
        expect([span!.bytes, value]).toEqual([endsAt - span!.from, []]);
        expect(payloads.footerOf(span!.crc)).toEqual(dumpPayload(held[index]!, payloads).subarray(-10));
      }
    }
  });

  test("is the same however it is cut", () => {
    const items = textOf(whole);
    forEverySplit(file, (chunks) => {
      if (textOf(parseChunks(chunks)) !== items) expect(textOf(parseChunks(chunks))).toBe(items);
    });
  });

  test("breaks off nowhere unnoticed, and no flipped bit passes", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), (bytes) => {
        expect(failure(() => parseChunks([file.subarray(0, bytes)])).code).toBe("RDB_MALFORMED");
      }),
    );
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(7), (at, bit) => {
        const damaged = Buffer.from(file);
        damaged[at]! ^= 1 << bit;
        expect(["RDB_MALFORMED", "RDB_UNSUPPORTED"]).toContain(failure(() => parseChunks([damaged])).code);
      }),
    );
  });
});

test("garbage of any kind ends in a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom("REDIS0009", "REDIS0013", "VALKEY080"), (bytes, magic) => {
      const error = failure(() => parseChunks([Buffer.concat([Buffer.from(magic), bytes])]));
      expect(["RDB_MALFORMED", "RDB_UNSUPPORTED"]).toContain(error.code);
    }),
    { numRuns: 2000 },
  );
});

test("reads the head of the file", () => {
  const fields = parseRdbAux(readFixture("redis-7.0").rdb.subarray(0, 300));
  expect(fields.get("redis-ver")).toMatch(/^7\.0\./);
  expect(parseRdbAux(makeRdb([0xfa, rdbString("repl-stream-db"), 0xc0, 5])).get("repl-stream-db")).toBe("5");
});

test("a checksum of zero is not compared", () => {
  const file = makeRdb([0xfe, 2]);
  file.fill(0, file.length - 8);
  expect(parseChunks([file])).toEqual([{ kind: "end", checksum: "absent" }]);
});

test("bytes after the end are refused", () => {
  const file = makeRdb([]);
  expect(failure(() => parseChunks([file, Buffer.of(1)])).code).toBe("RDB_MALFORMED");
  expect(failure(() => parseChunks([Buffer.concat([file, Buffer.of(1)])])).code).toBe("RDB_MALFORMED");
});

test("what stands before a key belongs to that key alone", () => {
  const expiry = Buffer.alloc(8);
  expiry.writeBigInt64LE(9_223_372_036_854_775_807n);
  const entry = (key: string) => [0, rdbString(key), rdbString("v")];
  const file = makeRdb([0xfd, Buffer.from([1, 0, 0, 0]), 0xf8, 9, ...entry("a"), 0xfc, expiry, 0xf9, 200, ...entry("b"), ...entry("c")]);
  expect(entriesOf(parseChunks([file]))).toMatchObject([
    { expireAtMs: 1000n, idleSeconds: 9, freq: undefined },
    { expireAtMs: 9_223_372_036_854_775_807n, idleSeconds: undefined, freq: 200 },
    { expireAtMs: undefined, idleSeconds: undefined, freq: undefined },
  ]);
});

test("opcode 243 is key metadata to Redis and a slot import to Valkey", () => {
  const meta = [0xf3, 1, "\x01\x02\x03\x04", 5, rdbString("x"), 0];
  const withMeta = makeRdb([...meta, 0, rdbString("k"), rdbString("v")]);
  forEverySplit(withMeta, (chunks) => {
    const [entry] = entriesOf(parseChunks(chunks));
    expect(Buffer.concat(entry!.meta)).toEqual(Buffer.concat([Buffer.from([0xf3, 1, 1, 2, 3, 4, 5, 1]), Buffer.from("x\0")]));
    expect(Buffer.concat(entry!.value)).toEqual(Buffer.from("\x01v"));
  });
  const slots = makeRdb([0xf3, rdbString("job"), 2, 1, 5, 0x40, 9, 0x41, 0], "VALKEY080");
  expect(parseChunks([slots])[0]).toEqual({ kind: "skipped", what: "slot-import" });
});

test("old types, slot hints and module fields have their extents", () => {
  const file = makeRdb([
    0xf4,
    1,
    2,
    3,
    0xf7,
    7,
    2,
    2,
    1,
    9,
    2,
    9,
    3,
    "4444",
    4,
    "88888888",
    5,
    rdbString("x"),
    0,
    3,
    rdbString("zset"),
    3,
    rdbString("a"),
    2,
    "42",
    rdbString("b"),
    254,
    rdbString("c"),
    253,
    22,
    rdbString("pre-ga"),
    1,
    0,
    rdbString("f"),
    rdbString("v"),
    23,
    rdbString("pre-ga listpack"),
    rdbString("blob"),
    4,
    rdbString("hash"),
    1,
    rdbString("f"),
    0xc1,
    1,
    2,
    14,
    rdbString("quicklist"),
    1,
    rdbString("ziplist"),
    9,
    rdbString("zipmap"),
    rdbString("zipmap"),
  ]); // prettier-ignore
  forEverySplit(file, (chunks) => {
    const items = parseChunks(chunks);
    expect(items.slice(0, 2)).toEqual([
      { kind: "skipped", what: "slot-info" },
      { kind: "skipped", what: "module-aux" },
    ]);
    expect(entriesOf(items).map(({ type, value }) => [type, Buffer.concat(value).length])).toEqual([
      [3, 1 + 2 + 3 + 2 + 1 + 2 + 1],
      [22, 1 + 1 + 2 + 2],
      [23, 5],
      [4, 1 + 2 + 3],
      [14, 1 + 8],
      [9, 7],
    ]);
  });
});

test("22 is laid out as the magic says", () => {
  const hash2 = [22, rdbString("k"), 1, rdbString("f"), rdbString("v"), Buffer.alloc(8, 0xff)];
  expect(entriesOf(parseChunks([makeRdb(hash2, "VALKEY080")]))[0]?.value).toHaveLength(1);
  expect(failure(() => parseChunks([makeRdb(hash2)])).code).toBe("RDB_MALFORMED");
});

describe("what is not known is refused by number and version", () => {
  test.each([
    ["a type", [27, rdbString("k"), rdbString("v")], "27 (unknown) of redis RDB 13"],
    ["a type whose key cannot be read either", [200, 255], "200 (unknown) of redis RDB 13"],
    ["a module's old type", [6, rdbString("k"), rdbString("v")], "6 (module1) of redis RDB 13"],
    ["an opcode", [242], "opcode 242 of redis RDB 13"],
    ["functions of release candidates", [246], "opcode 246 of redis RDB 13"],
  ])("%s", (_, body, words) => {
    const error = failure(() => parseChunks([makeRdb(body as RdbPart[])]));
    expect(error.code).toBe("RDB_UNSUPPORTED");
    expect(error.message).toContain(words);
  });

  test.each(["REDIS0005", "REDIS0014", "REDIS0080", "VALKEY011", "VALKEY081"])("magic %s", (magic) => {
    expect(failure(() => parseChunks([makeRdb([], magic)])).code).toBe("RDB_UNSUPPORTED");
  });

  test("no RDB at all", () => {
    expect(failure(() => parseChunks([Buffer.from("*1\r\n$4\r\nPING\r\n")])).code).toBe("RDB_MALFORMED");
  });
});

describe("values beyond the limit are refused before they are gathered", () => {
  const limit = { maxValueBytes: 1000 };
  const huge = Buffer.from([0x80, 0x7f, 0xff, 0xff, 0xff]);

  test.each([
    ["one string", [0, rdbString("k"), huge]],
    ["an element", [1, rdbString("k"), 2, rdbString("small"), huge]],
    ["a key", [0, huge]],
    ["an aux field", [0xfa, rdbString("lua"), huge]],
  ])("%s", (_, body) => {
    const error = failure(() => parseChunks([makeRdb(body as RdbPart[])], limit));
    expect(error.code).toBe("RDB_UNSUPPORTED");
    expect(error.message).toContain("2147483647");
  });

  test("many small elements", () => {
    const elements = Array.from({ length: 300 }, () => rdbString("four"));
    const file = makeRdb([1, rdbString("k"), 0x41, 0x2c, ...elements]);
    expect(failure(() => parseChunks([file], limit)).message).toContain("type 1 (list)");
    const crumbs = Array.from({ length: Math.ceil(file.length / 7) }, (_, index) => file.subarray(7 * index, 7 * index + 7));
    expect(failure(() => parseChunks(crumbs, limit)).code).toBe("RDB_UNSUPPORTED");
  });
});
