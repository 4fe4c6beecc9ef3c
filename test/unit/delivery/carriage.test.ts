/** By what a value gets into its target, where that can be said without asking it. */
import { expect, test } from "vitest";
import { Carrier } from "../../../src/delivery/write/load/carriage.ts";
import type { Target } from "../../../src/delivery/write/target/target.ts";
import { parseFacts } from "../../../src/delivery/write/target/target-facts.ts";
import type { RdbEntry } from "../../../src/rdb/parser.ts";
import { makeRdb, rdbString } from "../../support/stored-snapshot.ts";
import { entriesOf, parseChunks } from "../rdb/fixtures.ts";

const META = [0xf3, 1, "\x01\x02\x03\x04", 5, rdbString("x"), 0];
const TEXT = [0, rdbString("k"), rdbString("v")];
const HASH = [24, rdbString("h"), Buffer.alloc(8, 1), 1, 1, rdbString("f"), rdbString("v")];

function carriageOf(parts: readonly (number | string | Buffer)[], version: string, guardMs: number) {
  const [entry] = entriesOf(parseChunks([makeRdb(parts)])) as [RdbEntry];
  const target = { facts: parseFacts(`redis_version:${version}`, 16), maxBulkBytes: 2 ** 29 } as Target;
  return new Carrier({ family: "redis", version: 13 }, { target, guardMs, onSkipped: () => undefined }).carriageOf(entry);
}

const LOST = { lost: "module metadata of a key" };
test.each([
  ["a target that takes it", [...META, ...TEXT], "8.6.0", 1_000, { by: "restore" }],
  ["an older target", [...META, ...TEXT], "8.0.0", 1_000, { by: "restore", entry: { meta: [] }, ...LOST }],
  ["a value that is built for the guard of its fields", [...META, ...HASH], "8.6.0", 1_000, { by: "rebuild", ...LOST }],
  ["the same on an older target", [...META, ...HASH], "8.0.0", 1_000, { by: "rebuild", ...LOST }],
  ["the same without a guard", [...META, ...HASH], "8.6.0", 0, { by: "restore" }],
  ["no metadata", HASH, "8.6.0", 1_000, { by: "rebuild" }],
] as const)("NEVER_SILENT: what modules attached to a key goes along or is named: %s", (_, parts, version, guardMs, expected) => {
  const carriage = carriageOf(parts, version, guardMs);
  expect(carriage).toMatchObject(expected);
  expect("lost" in carriage).toBe("lost" in expected);
});
