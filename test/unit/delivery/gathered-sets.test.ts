/** Plain SETs that follow each other leave as one MSET, and the target ends with what the SETs would have left there. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dialectOf, SAME_WORDS } from "../../../src/delivery/write/apply/dialect.ts";
import { Planner } from "../../../src/delivery/write/apply/plan.ts";
import { UNIT_BYTES, UNIT_COMMANDS, type UnitPart } from "../../../src/delivery/write/apply/unit-parts.ts";
import { CommandScanner } from "../../../src/resp/command-scanner.ts";
import { splitCommand } from "../../../src/resp/command-words.ts";
import { encodeCommand, type Word } from "../../../src/resp/encode.ts";
import { Offset } from "../../../src/stream/position.ts";
import { cutRecords, START } from "../../support/cut-records.ts";

type Command = readonly Word[];

const streamOf = (commands: readonly Command[]) => Buffer.concat(commands.map((words) => encodeCommand(...words)));
const sets = (count: number, name = "SET"): readonly Command[] =>
  Array.from({ length: count }, (_, index) => [name, `k:${index % 7}`, index]);

function plan(stream: Buffer, cuts: readonly number[] = [], { guardMs = 0, version = 806 } = {}): readonly UnitPart[] {
  const events = { allowsFlush: () => true, onDropped() {}, onRewritten() {}, onUntranslated() {}, onSkipped() {}, onLost() {} };
  const dialect = version === 806 ? SAME_WORDS : dialectOf({ product: "redis", version: "6.0.0", versionNumber: version });
  const target = { checkpointKey: "c", databases: 16, maxBulkBytes: 1e9, dialect, guardMs };
  const planner = new Planner({ from: { offset: START, db: 0 }, ...target, events });
  const parts = cutRecords(stream, cuts).flatMap(({ header, payload }) => planner.add(header, payload));
  return [...parts, ...[planner.flush() ?? []].flat()];
}

/** Each unit's commands as they leave, SELECT included; the counts of its parts are those of its bytes. */
function unitsOf(parts: readonly UnitPart[]): { readonly commands: (readonly Buffer[])[]; readonly explain: UnitPart["explain"] }[] {
  const units: { commands: (readonly Buffer[])[]; explain: UnitPart["explain"] }[] = [];
  let bytes: Buffer[] = [];
  let announced = 0;
  let explain: UnitPart["explain"] | undefined;
  for (const part of parts) {
    if (part.opens) explain = part.explain;
    bytes.push(...part.pieces);
    announced += part.commands;
    if (!part.end) continue;
    const whole = Buffer.concat(bytes);
    const scanner = new CommandScanner({ db: 0 });
    scanner.feed(whole);
    const commands: (readonly Buffer[])[] = [];
    while (scanner.next()) commands.push(splitCommand(whole.subarray(scanner.start, scanner.end)));
    expect([scanner.atBoundary, commands.length]).toEqual([true, announced]);
    units.push({ commands, explain: explain! });
    bytes = [];
    announced = 0;
  }
  return units;
}

/** What runs in the target, in order: database and words, each pair of an MSET of ours as the SET that it stands for. */
function effects(parts: readonly UnitPart[]): readonly string[] {
  const seen: string[] = [];
  for (const { commands, explain } of unitsOf(parts)) {
    let db = "0";
    for (const [index, words] of commands.entries()) {
      const [name, ...rest] = words;
      const say = (...some: readonly Buffer[]) => seen.push(`${db} ${some.map((word) => word.toString("latin1")).join(" | ")}`);
      if (name!.toString().toUpperCase() === "SELECT") db = rest[0]!.toString();
      else if (explain(index) === undefined) say(Buffer.from(name!.toString().toUpperCase()), ...rest);
      else for (let at = 0; at < rest.length; at += 2) say(Buffer.from("SET"), ...rest.slice(at, at + 2));
    }
  }
  return seen;
}

/** Where each command ends: cut there, no two of them stand in one record, and nothing is gathered. */
function everyEnd(stream: Buffer): readonly number[] {
  const scanner = new CommandScanner({ db: 0 });
  scanner.feed(stream);
  const ends: number[] = [];
  while (scanner.next()) ends.push(scanner.end);
  return ends;
}

const text = fc.oneof(fc.constantFrom("", "k", "k2", "\r\n", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n"), fc.string({ maxLength: 12 }));
const binary = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const large = fc.integer({ min: 3_900, max: 4_200 }).map((length) => Buffer.alloc(length, "v"));
const word: fc.Arbitrary<Word> = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 3, arbitrary: binary },
  { weight: 1, arbitrary: large },
);
const plainSet = fc.tuple(fc.constantFrom("SET", "set", "Set"), word, word) as fc.Arbitrary<Command>;
const other = fc.oneof(
  fc.tuple(fc.constant("SET"), word, word, fc.constantFrom("KEEPTTL", "GET", "NX")),
  fc.tuple(fc.constantFrom("SET", "set"), word, word, fc.constant("PXAT"), fc.constant(1900000000000)),
  fc.tuple(fc.constant("MSET"), word, word, word, word),
  fc.tuple(fc.constantFrom("DEL", "INCR", "GETDEL"), word),
  fc.tuple(fc.constantFrom("SEX", "GET"), word, word),
  fc.tuple(fc.constantFrom("APPEND", "PEXPIREAT"), word, fc.constant(4102444800000)),
  fc.tuple(fc.constant("SELECT"), fc.constantFrom(0, 1, 2)),
) as fc.Arbitrary<Command>;
const ping = fc.constantFrom<Command>(["PING"], ["REPLCONF", "GETACK", "*"]);
const some = fc.oneof(
  { weight: 6, arbitrary: fc.array(plainSet, { minLength: 1, maxLength: 9 }) },
  { weight: 3, arbitrary: other.map((command) => [command]) },
);
const group: fc.Arbitrary<readonly Command[]> = fc.oneof(
  { weight: 4, arbitrary: some },
  { weight: 1, arbitrary: ping.map((command) => [command]) },
  { weight: 2, arbitrary: fc.array(some, { maxLength: 4 }).map((groups) => [["MULTI"], ...groups.flat(), ["EXEC"]]) },
);

test("whatever stands between them and however the records are cut, the target runs what it would have run", () => {
  fc.assert(
    fc.property(
      fc.array(group, { minLength: 1, maxLength: 14 }),
      fc.array(fc.nat(3_000), { maxLength: 6 }),
      fc.constantFrom({ guardMs: 0 }, { guardMs: 60_000 }, { version: 600 }),
      (groups, cuts, options) => {
        const stream = streamOf(groups.flat());
        const expected = plan(stream, everyEnd(stream), options);
        const parts = plan(stream, cuts, options);
        const carried = (of: readonly UnitPart[]) => of.reduce((sum, part) => sum + part.streamCommands, 0);
        return isDeepStrictEqual([effects(parts), carried(parts)], [effects(expected), carried(expected)]);
      },
    ),
    { numRuns: 300 },
  );
});

test("at every place at which a record can end", () => {
  const stream = streamOf([["SELECT", 3], ...sets(5), ["set", "", ""], ["DEL", "k:1"], ["MULTI"], ...sets(4), ["EXEC"], ...sets(6, "set")]);
  const expected = effects(plan(stream, everyEnd(stream)));
  expect(expected).toHaveLength(17);
  for (let cut = 0; cut < stream.length; cut++) expect(effects(plan(stream, [cut]))).toEqual(expected);
});

test("four are gathered and three are not; SELECT, a command in between and a larger SET end a run", () => {
  const names = (commands: readonly Command[]) =>
    unitsOf(plan(streamOf(commands))).flatMap(({ commands }) => commands.map(([name, ...rest]) => `${name} ${rest.length}`));
  expect(names(sets(3))).toEqual(["SET 2", "SET 2", "SET 2"]);
  expect(names(sets(4, "sEt"))).toEqual(["MSET 8"]);
  expect(names([...sets(4), ["SELECT", 1], ...sets(5)])).toEqual(["MSET 8", "SELECT 1", "MSET 10"]);
  expect(names([...sets(4), ["DEL", "k"], ...sets(3), ["SET", "k", "v", "KEEPTTL"], ...sets(4)])).toEqual([
    "MSET 8",
    "DEL 1",
    "SET 2",
    "SET 2",
    "SET 2",
    "SET 3",
    "MSET 8",
  ]);
  expect(names([...sets(4), ["SET", "k", Buffer.alloc(5_000)], ...sets(4)])).toEqual(["MSET 8", "SET 2", "MSET 8"]);
});

test("a transaction of any size makes MSETs of bounded size, and what is counted are the stream's commands", () => {
  const count = 3 * UNIT_COMMANDS + 100;
  const [unit, ...more] = unitsOf(plan(streamOf([["MULTI"], ...sets(count), ["EXEC"]])));
  expect(more).toEqual([]);
  expect(unit!.commands.map((words) => (words.length - 1) / 2)).toEqual([UNIT_COMMANDS, UNIT_COMMANDS, UNIT_COMMANDS, 100]);
  const parts = plan(streamOf(sets(count)));
  expect(parts.map(({ commands, streamCommands }) => [commands, streamCommands])).toEqual([...Array(3).fill([1, UNIT_COMMANDS]), [1, 100]]);
  const kibibyte = Array.from({ length: 200 }, (): Command => ["SET", "k", Buffer.alloc(1024)]);
  for (const { bytes } of plan(streamOf(kibibyte))) expect(bytes).toBeLessThan(UNIT_BYTES + 2048);
});

test("NEVER_SILENT: an MSET can be told from the stream's own, and says where its SETs stand", () => {
  const before: readonly Command[] = [
    ["MSET", "a", 1, "b", 2, "c", 3, "d", 4],
    ["SELECT", 2],
    ["INCR", "n"],
  ];
  const stream = streamOf([["MULTI"], ...before, ...sets(4), ["DEL", "k"], ...sets(5), ["EXEC"]]);
  const first = Offset.plus(START, streamOf([["MULTI"], ...before]).length);
  const second = Offset.plus(START, streamOf([["MULTI"], ...before, ...sets(4), ["DEL", "k"]]).length);
  const said = (cuts: readonly number[]) => {
    const [unit] = unitsOf(plan(stream, cuts));
    return unit!.commands.map((words, index) => `${words[0]} ${unit!.explain(index) ?? ""}`.trim());
  };
  const expected = [
    "MSET",
    "SELECT",
    "INCR",
    `MSET 4 SETs of the stream, from offset ${first} on, which travel as one`,
    "DEL",
    `MSET 5 SETs of the stream, from offset ${second} on, which travel as one`,
  ];
  expect(said([])).toEqual(expected);
  // In parts: an index counts from the beginning of the unit.
  expect(said([Number(first - START), Number(second - START)])).toEqual(expected);
  // The next unit begins anew.
  expect(unitsOf(plan(streamOf([...sets(UNIT_COMMANDS), ["INCR", "n"]])))[1]!.explain(0)).toBeUndefined();
});
