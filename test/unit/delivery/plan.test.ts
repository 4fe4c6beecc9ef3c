import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Dialect, dialectOf, SAME_WORDS } from "../../../src/delivery/write/apply/dialect.ts";
import { Planner } from "../../../src/delivery/write/apply/plan.ts";
import { UNIT_BYTES, UNIT_COMMANDS, type UnitPart } from "../../../src/delivery/write/apply/unit-parts.ts";
import { CommandKind, CommandScanner } from "../../../src/resp/command-scanner.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { Offset } from "../../../src/stream/position.ts";
import { cutRecords, START } from "../../support/cut-records.ts";

const KEY = "causeway:checkpoint:{us-east/0}";
const MAX_BULK_BYTES = 8 * 1024 * 1024;

type Sent = { readonly db: number; readonly words: string };
type UnitSeen = { readonly commands: readonly Sent[]; readonly end: { offset: Offset; db: number } };

function planner(from = { offset: START, db: 0 }, dialect: Dialect = SAME_WORDS) {
  const lost: string[] = [];
  const [dropped, rewritten, untranslated, skipped]: [string[], string[], string[], string[]] = [[], [], [], []];
  const plan = new Planner({
    from,
    checkpointKey: KEY,
    databases: 16,
    maxBulkBytes: MAX_BULK_BYTES,
    dialect,
    guardMs: 0,
    events: {
      allowsFlush: () => true,
      onDropped: (name) => dropped.push(name),
      onRewritten: (name) => rewritten.push(name),
      onUntranslated: (name) => untranslated.push(name),
      onSkipped: (what) => skipped.push(what),
      onLost: ({ what, why }) => lost.push(`${what}: ${why}`),
    },
  });
  return { plan, dropped, rewritten, untranslated, skipped, lost };
}

/** What the target would run, unit by unit; also checks what every unit promises. */
function units(parts: readonly UnitPart[]): UnitSeen[] {
  const seen: UnitSeen[] = [];
  let open: Buffer[] | undefined;
  let announced = 0;
  for (const part of parts) {
    expect(part.opens).toBe(open === undefined);
    open ??= [];
    open.push(...part.pieces);
    announced += part.commands;
    expect(part.bytes).toBe(part.pieces.reduce((sum, piece) => sum + piece.length, 0));
    if (!part.end) continue;
    const scanner = new CommandScanner({ db: 0 });
    const bytes = Buffer.concat(open);
    scanner.feed(bytes);
    const commands: Sent[] = [];
    let count = 0;
    while (scanner.next()) {
      count++;
      expect([CommandKind.ordinary, CommandKind.examined, CommandKind.select]).toContain(scanner.kind);
      if (scanner.kind === CommandKind.select) continue;
      commands.push({
        db: scanner.db,
        words: bytes
          .toString("latin1", scanner.start, scanner.end)
          .replace(/\*\d+\r\n|\$\d+\r\n/g, "")
          .trim()
          .replaceAll("\r\n", " "),
      });
    }
    expect(scanner.atBoundary).toBe(true);
    expect(count).toBe(announced);
    expect(part.db).toBe(scanner.db);
    seen.push({ commands, end: part.end });
    open = undefined;
    announced = 0;
  }
  return seen;
}

function run(stream: Buffer, cuts: readonly number[] = []) {
  const { plan, dropped, rewritten } = planner();
  const parts: UnitPart[] = [];
  for (const { header, payload } of cutRecords(stream, cuts)) {
    parts.push(...plan.add(header, payload));
    const last = plan.flush();
    if (last) parts.push(last);
  }
  return { units: units(parts), boundary: plan.boundary, dropped, rewritten, open: plan.unitOpen };
}

const commands = (...lines: string[]) => Buffer.concat(lines.map((line) => encodeCommand(...line.split(" "))));

describe("plan", () => {
  test("leaves out what belongs to the stream and runs each command in its database", () => {
    const stream = commands(
      "PING",
      "SELECT 3",
      "SET a 1",
      "MULTI",
      "INCR n",
      "SELECT 0",
      "SET b 2",
      "EXEC",
      "REPLCONF GETACK *",
      "select 3",
      "DEL a",
    );
    const seen = run(stream);
    expect(seen.units).toEqual([
      {
        commands: [
          { db: 3, words: "SET a 1" },
          { db: 3, words: "INCR n" },
          { db: 0, words: "SET b 2" },
          { db: 3, words: "DEL a" },
        ],
        end: { offset: Offset.plus(START, stream.length), db: 3 },
      },
    ]);
  });

  test("NEVER_SILENT: what is not carried on is told by name, and nothing else is missing", () => {
    const stream = commands("SET a 1", "PUBLISH __sentinel__:hello x", "PUBLISH news x", "CLUSTER SETSLOT 1 NODE x", "SET b 2");
    for (let cut = 1; cut < stream.length; cut++) {
      const { units: seen, dropped } = run(stream, [cut]);
      expect(dropped).toEqual(["PUBLISH", "CLUSTER"]);
      expect(seen.flatMap((unit) => unit.commands.map(({ words }) => words))).toEqual(["SET a 1", "PUBLISH news x", "SET b 2"]);
    }
  });

  test("records without a command for the target move the boundary and make no unit", () => {
    const stream = commands("PING", "SELECT 5", "PING");
    const seen = run(stream);
    expect(seen.units).toEqual([]);
    expect(seen.boundary).toEqual({ offset: Offset.plus(START, stream.length), db: 5 });
  });

  test("a record that begins before what the target holds is taken from there on, in the right database", () => {
    const head = commands("SELECT 4", "INCR n");
    const stream = Buffer.concat([head, commands("INCR n", "INCR m")]);
    const { plan } = planner({ offset: Offset.plus(START, head.length), db: 4 });
    const [record] = cutRecords(stream, []);
    const parts = [...plan.add(record!.header, record!.payload), plan.flush()!];
    expect(units(parts)[0]!.commands).toEqual([
      { db: 4, words: "INCR n" },
      { db: 4, words: "INCR m" },
    ]);
  });

  test("NO_GAP: a record that does not follow is refused, whichever side it misses", () => {
    const stream = commands("INCR a", "INCR b", "INCR c");
    const size = stream.length / 3;
    const [first, second, third] = cutRecords(stream, [size, 2 * size]);
    const { plan } = planner();
    plan.add(first!.header, first!.payload);
    expect(() => plan.add(third!.header, third!.payload)).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
    plan.add(second!.header, second!.payload);
    expect(() => plan.add(second!.header, second!.payload)).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
    expect(() => planner().plan.add(second!.header, second!.payload)).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  });

  test("TRANSACTIONS_STAY_WHOLE: a record that ends inside one without saying so is refused, and nothing of it is given out", () => {
    const [cut] = cutRecords(commands("MULTI", "INCR a", "INCR b"), []);
    expect(cut!.header.open).toBe(true);
    expect(planner().plan.add(cut!.header, cut!.payload)).toMatchObject([{ opens: true, end: undefined }]);
    const { plan } = planner();
    expect(() => plan.add({ ...cut!.header, open: false }, cut!.payload)).toThrow(expect.objectContaining({ code: "RECORD_MALFORMED" }));
    expect([plan.boundary.offset, plan.flush()]).toEqual([START, undefined]);
  });

  test("TRANSACTIONS_STAY_WHOLE: units end at the limits, but never inside a transaction", () => {
    const many = Array.from({ length: UNIT_COMMANDS + 10 }, () => "INCR n");
    expect(run(commands(...many)).units.map((unit) => unit.commands.length)).toEqual([UNIT_COMMANDS, 10]);
    expect(run(commands("MULTI", ...many, "EXEC", "INCR n")).units.map((unit) => unit.commands.length)).toEqual([UNIT_COMMANDS + 10, 1]);
    const large = `SET k ${"x".repeat(UNIT_BYTES)}`;
    expect(run(commands(large, large)).units.map((unit) => unit.commands.length)).toEqual([1, 1]);
  });

  test("a SELECT beyond the target's databases is refused before anything lands in the wrong one", () => {
    expect(() => run(commands("SELECT 16", "SET a 1"))).toThrow(expect.objectContaining({ code: "TARGET_REFUSED" }));
    expect(run(commands("SELECT 16", "SELECT 1", "SET a 1")).units).toHaveLength(1);
  });

  test("NEVER_SILENT: an argument longer than the target takes is refused, in the length's own record or in a later one", () => {
    const stream = Buffer.concat([commands("INCR n"), encodeCommand("SET", "k", Buffer.alloc(MAX_BULK_BYTES + 1, "v"))]);
    const value = stream.indexOf("vvv");
    for (const cut of [value - 30, value - 2, value + 1, value + 1_000]) {
      expect(() => run(stream, [cut, stream.length - 10])).toThrow(expect.objectContaining({ code: "TARGET_REFUSED" }));
    }
    const longest = encodeCommand("SET", "k", Buffer.alloc(MAX_BULK_BYTES, "v"));
    expect(run(longest, [longest.length >> 1]).units).toHaveLength(1);
  });

  test("SWAPDB with database 0 takes the old checkpoint out of the other one", () => {
    expect(run(commands("SET a 1", "SWAPDB 0 2", "SET a 2")).units[0]!.commands).toEqual([
      { db: 0, words: "SET a 1" },
      { db: 0, words: "SWAPDB 0 2" },
      { db: 2, words: `DEL ${KEY}` },
      { db: 0, words: "SET a 2" },
    ]);
  });

  test("NEVER_SILENT: what is rewritten is told by name", () => {
    const { rewritten } = run(commands("SET a 1", "SETEX k 10 v", "RESTORE-ASKING k 0 x"));
    expect(rewritten).toEqual(["SETEX", "RESTORE-ASKING"]);
  });

  test("NEVER_SILENT: a command too large to be held passes in parts as one command, and is told when it might have been rewritten", () => {
    const value = Buffer.alloc(6 * 1024 * 1024, "v");
    const large = [encodeCommand("set", "k", value, "EX", 99), encodeCommand("APPEND", "k", value)];
    const stream = Buffer.concat([commands("SELECT 2", "INCR n"), ...large, commands("INCR m")]);
    const cuts = Array.from({ length: 14 }, (_, index) => (index + 1) * 900_000);
    const { plan, untranslated } = planner();
    const parts: UnitPart[] = [];
    for (const { header, payload } of cutRecords(stream, cuts)) parts.push(...plan.add(header, payload));
    const last = plan.flush();
    if (last) parts.push(last);
    expect(parts.length).toBeGreaterThan(2);
    const seen = units(parts);
    expect(seen.flatMap((unit) => unit.commands.map(({ db, words }) => `${db} ${words.slice(0, 6)}`))).toEqual(
      ["2 INCR n", "2 set k ", "2 APPEND", "2 INCR m"].map((text) => text.slice(0, 8)),
    );
    expect(untranslated).toEqual(["SET"]);
  });

  test("however records are cut, the target runs the same commands in the same databases, and no unit cuts a transaction", () => {
    const single = fc.constantFrom(
      "INCR n",
      "APPEND a xy",
      "PING",
      "SELECT 0",
      "SELECT 1",
      "SELECT 2",
      "XADD s MAXLEN = 5 LIMIT 9 1-1 f v",
      "REPLCONF GETACK *",
      "SWAPDB 0 1",
      "set k v ex 10",
    );
    const group = fc.oneof(
      single.map((line) => [line]),
      fc
        .array(
          single.filter((line) => !/^(PING|REPLCONF)/.test(line)),
          { maxLength: 5 },
        )
        .map((lines) => ["MULTI", ...lines, "exec"]),
    );
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 20 }), fc.array(fc.nat(600), { maxLength: 12 }), (groups, cuts) => {
        const stream = commands(...groups.flat());
        const whole = run(stream);
        const cut = run(stream, cuts);
        expect(cut.units.flatMap((unit) => unit.commands)).toEqual(whole.units.flatMap((unit) => unit.commands));
        expect(cut.boundary).toEqual(whole.boundary);
        expect(cut.open).toBe(false);
        const boundaries = new Set<bigint>();
        let at: bigint = START;
        for (const lines of groups) {
          at += BigInt(commands(...lines).length);
          boundaries.add(at);
        }
        for (const unit of cut.units) expect(boundaries.has(unit.end.offset)).toBe(true);
      }),
    );
  });
});

test("NEVER_SILENT: a script passes as it is, and is counted: what it sets has no guard", () => {
  const { plan, untranslated } = planner();
  const parts = cutRecords(commands("EVAL x 0", "INCR n"), []).flatMap(({ header, payload }) => [...plan.add(header, payload)]);
  const last = plan.flush();
  expect(units(last ? [...parts, last] : parts).flatMap((unit) => unit.commands.map(({ words }) => words))).toEqual(["EVAL x 0", "INCR n"]);
  expect(untranslated).toEqual(["EVAL"]);
});

test("what an older target does not know is sent in its own words, each counted, whatever the cut", () => {
  // SETEX becomes SET … PXAT first, which is not known there either.
  const newer = [
    "SET k v PXAT 4102444800000",
    "SETEX s 9 v",
    "LPOP l 2",
    "LPOP l",
    "HPERSIST h FIELDS 1 f",
    "HPEXPIREAT h 4102444800000 FIELDS 1 f",
  ];
  const stream = commands(...newer, "INCR n");
  const target = { product: "redis", version: "6.0.16", versionNumber: 600 } as const;
  for (const cut of [0, 10, 50, 100]) {
    const { plan, dropped, rewritten, lost } = planner(undefined, dialectOf(target));
    const parts = cutRecords(stream, [cut]).flatMap(({ header, payload }) => [...plan.add(header, payload)]);
    const last = plan.flush();
    if (last) parts.push(last);
    expect(units(parts).flatMap((unit) => unit.commands.map(({ words }) => words))).toEqual([
      "SET k v",
      "PEXPIREAT k 4102444800000",
      "SET s v",
      "PEXPIREAT s 1700000009000",
      "LTRIM l 2 -1",
      "LPOP l",
      "INCR n",
    ]);
    expect({ dropped, rewritten, lost }).toEqual({
      dropped: ["HPERSIST"],
      rewritten: ["SET", "SET", "LPOP"],
      lost: ["HPEXPIREAT: the expiry of hash fields"],
    });
  }
});
