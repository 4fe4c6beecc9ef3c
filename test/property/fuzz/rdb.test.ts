/** RDB files: parser, value spans, DUMP payloads and the fields at the head. Sums are computed anew, so that damage gets behind them. */
import { expect } from "vitest";
import { Crc64 } from "../../../src/bytes/crc64.ts";
import { parseRdbAux } from "../../../src/rdb/aux.ts";
import { convert } from "../../../src/rdb/convert.ts";
import { DumpPayloads, dumpPayload } from "../../../src/rdb/dump-payload.ts";
import { RdbParser } from "../../../src/rdb/parser.ts";
import { fuzz, outcomeOf } from "../../support/fuzz.ts";
import { cutAnywhere, mutateBytes, mutateNumber } from "../../support/mutate.ts";
import type { Random } from "../../support/random.ts";
import { makeRdb, type RdbPart, rdbString } from "../../support/stored-snapshot.ts";
import { FIXTURES, readFixture } from "../../unit/rdb/fixtures.ts";

const SERVERS = Object.values(FIXTURES);
/** Whole RDBs of every version, and small pieces of them: most of a large one is its values, which nobody looks into. */
const FILES = Object.keys(FIXTURES).map((name) => readFixture(name).rdb);
/** Each length encoding that there is, with the extremes in it. */
const LENGTHS: readonly (readonly number[])[] = [
  [0],
  [1],
  [0x3f],
  [0x40, 0],
  [0x7f, 0xff],
  [0x80, 0, 0, 0, 1],
  [0x80, 0x7f, 0xff, 0xff, 0xff],
  [0x80, 0xff, 0xff, 0xff, 0xff],
  [0x81, 0, 0, 0, 0, 0, 0, 0, 2],
  [0x81, 0, 0x20, 0, 0, 0, 0, 0, 0],
  [0x81, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x82],
  [0xc0, 5],
  [0xc1, 1, 2],
  [0xc2, 1, 2, 3, 4],
  [0xc3],
  [0xc3, 4, 0x80, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3, 4],
  [0xc3, 3, 9, 0, 65, 0xe0],
  [0xc4],
];

/** Opcodes and types at random, each followed by lengths and strings at random. */
function assembled(random: Random): Buffer {
  const body: RdbPart[] = [];
  for (let left = random.between(1, 8); left > 0; left--) {
    body.push(random.chance(0.5) ? random.between(0, 27) : random.between(240, 255), rdbString("key"));
    for (let more = random.between(0, 6); more > 0; more--) {
      body.push(
        random.chance(0.5) ? Buffer.from(random.pick(LENGTHS)) : rdbString(random.text(random.between(0, 60)).replace(/[^ -~]/g, "")),
      );
    }
  }
  return makeRdb(body, random.pick(["REDIS0006", "REDIS0009", "REDIS0013", "VALKEY080"]));
}

function damaged(random: Random): Buffer {
  const base = random.chance(0.6) ? assembled(random) : random.pick(FILES);
  let bytes = base;
  for (let left = random.between(0, 4); left > 0; left--) {
    const at = random.between(0, Math.max(0, Math.min(bytes.length - 9, 3000)));
    bytes = random.chance(0.5)
      ? mutateNumber(bytes, random, [
          { at, bytes: 1 },
          { at, bytes: 4, order: "BE" },
          { at, bytes: 8, order: "BE" },
        ])
      : mutateBytes(bytes, random, random.pick(FILES));
  }
  if (bytes.length < 9) return bytes;
  const sum = new Crc64();
  const summed = Buffer.from(bytes);
  sum.update(summed.subarray(0, -8));
  sum.writeLE(summed, summed.length - 8);
  return summed;
}

/** Everything that came out of it, as text. */
function parse(chunks: readonly Buffer[], random: Random): readonly string[] {
  const parser = new RdbParser({ maxValueBytes: 1 << 20 });
  const found: string[] = [];
  const server = random.pick(SERVERS);
  const outcome = outcomeOf(() => {
    for (const chunk of chunks) {
      parser.feed(chunk);
      for (let item = parser.next(); item !== undefined; item = parser.next()) {
        // Bytes behind the end may be seen before the end is given out, or after.
        if (item.kind === "end") continue;
        found.push(item.kind === "entry" ? `${item.db} ${item.type} ${item.endsAt} ${item.key.length} ${item.expireAtMs}` : item.kind);
        if (item.kind === "entry")
          expect(["fine", "RDB_MALFORMED", "RDB_UNSUPPORTED"]).toContain(outcomeOf(() => dump(parser, item, server)));
      }
    }
    parser.finish();
  });
  return [...found, outcome];
}

function dump(parser: RdbParser, entry: Parameters<typeof dumpPayload>[0], server: (typeof SERVERS)[number]): void {
  const payloads = new DumpPayloads(parser.format!, server);
  if (payloads.accepts(entry.type)) dumpPayload(entry, payloads);
  else convert(entry, parser.format!, payloads);
}

fuzz(
  "an RDB is the same entries and the same typed error, however it is cut",
  (random) => {
    const bytes = damaged(random);
    const whole = parse([bytes], random);
    expect(["fine", "RDB_MALFORMED", "RDB_UNSUPPORTED"]).toContain(whole.at(-1));
    // A value that is too large is noticed at the latest when it ends: which of the two limits speaks first depends on the cut.
    const cut = parse(cutAnywhere(bytes.subarray(0, 100_000), random), random);
    expect(["fine", "RDB_MALFORMED", "RDB_UNSUPPORTED"]).toContain(cut.at(-1));
    if (bytes.length <= 100_000) expect(cut.slice(0, -1)).toEqual(whole.slice(0, cut.length - 1));
  },
  { runs: 300 },
);

fuzz("the fields at the head are read or refused", (random) => {
  const bytes = damaged(random).subarray(0, 300);
  expect(["fine", "RDB_MALFORMED", "RDB_UNSUPPORTED"]).toContain(outcomeOf(() => parseRdbAux(bytes)));
});
