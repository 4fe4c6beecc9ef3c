/** What is pending with a stream's groups, part by part: the same claims whatever is held at once, and never more than that. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { ValueType } from "../../../src/rdb/opcodes.ts";
import { KEY, type KeyedCommand, rebuild } from "../../../src/rdb/rebuild.ts";
import { makeRdb, rdbString } from "../../support/stored-snapshot.ts";
import { entriesOf, FIXTURES, parseChunks } from "./fixtures.ts";

type Pending = { readonly ms: number; readonly consumer: number; readonly deliveredAtMs: number; readonly deliveries: number };
type Group = { readonly pending: readonly Pending[]; readonly consumers: number };

const FORMAT = { family: "redis", version: 10 } as const;
const NO_READ = Buffer.from([0x81, ...Buffer.alloc(8, 0xff)]);

function length(value: number): Buffer {
  const bytes = Buffer.alloc(5, 0x80);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

function idBytes(ms: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64BE(BigInt(ms));
  return bytes;
}

/** A stream of RDB type 19 without entries. */
function streamOf(groups: readonly Group[]) {
  const body = groups.flatMap(({ pending, consumers }, index) => [
    ...[rdbString(`group ${index}`), 0, 0, NO_READ, length(pending.length)],
    ...pending.flatMap(({ ms, deliveredAtMs, deliveries }) => [idBytes(ms), int64(deliveredAtMs), length(deliveries)]),
    length(consumers),
    ...Array.from({ length: consumers }, (_, consumer) => {
      const own = pending.filter((one) => one.consumer === consumer);
      return [rdbString(`consumer ${consumer}`), int64(0), length(own.length), ...own.map(({ ms }) => idBytes(ms))];
    }).flat(),
  ]);
  const value = [0, 0, 0, 0, 0, 0, 0, 0, 0, length(groups.length), ...body];
  const [entry] = entriesOf(parseChunks([makeRdb([ValueType.stream2, rdbString("s"), ...value])]));
  return entry!;
}

/** Names of the commands with what they say, but for the key. */
function commandsOf(groups: readonly Group[], pendingHeld: number): readonly (readonly string[])[] {
  const commands = rebuild(streamOf(groups), { format: FORMAT, server: FIXTURES["redis-7.0"]!, pendingHeld });
  return Array.from(commands, (command: KeyedCommand) => command.filter((word) => word !== KEY).map(String));
}

const named = (commands: readonly (readonly string[])[], ...names: readonly string[]) =>
  commands.filter(([name, action = ""]) => names.includes(name!) || names.includes(`${name} ${action}`));

const groups: fc.Arbitrary<readonly Group[]> = fc.array(
  fc.integer({ min: 1, max: 4 }).chain((consumers) =>
    fc
      .uniqueArray(
        fc.record({
          ms: fc.integer({ min: 1, max: 1_000_000 }),
          consumer: fc.nat(consumers - 1),
          deliveredAtMs: fc.nat(2_000_000_000),
          deliveries: fc.nat(1_000_000),
        }),
        { selector: ({ ms }) => ms, maxLength: 60 },
      )
      .map((pending) => ({ pending: pending.toSorted((a, b) => a.ms - b.ms), consumers })),
  ),
  { maxLength: 4 },
);

test("BOUNDED: whatever is held at once, each entry is claimed once, as it was, and no more are there at a time", () => {
  fc.assert(
    fc.property(groups, fc.integer({ min: 1, max: 70 }), (all, held) => {
      const commands = commandsOf(all, held);
      const expected = all.flatMap(({ pending }, group) =>
        pending.map(({ ms, consumer, deliveredAtMs, deliveries }) =>
          [
            ...["XCLAIM", `group ${group}`, `consumer ${consumer}`, 0, `${ms}-0`, "TIME", deliveredAtMs],
            ...["RETRYCOUNT", deliveries, "FORCE", "JUSTID"],
          ].map(String),
        ),
      );
      expect(named(commands, "XCLAIM").toSorted()).toEqual(expected.toSorted());
      expect(named(commands, "XGROUP CREATE", "XGROUP CREATECONSUMER", "XGROUP SETID")).toEqual(
        named(commandsOf(all, 1_000), "XGROUP CREATE", "XGROUP CREATECONSUMER", "XGROUP SETID"),
      );
      // As the server sees it: ids that rise, of which each that is claimed is there.
      let there = new Set<string>();
      let last = 0;
      for (const [name, first = "", , , id = ""] of commands) {
        if (name === "XADD") {
          expect(Number.parseInt(first, 10)).toBeGreaterThan(last);
          last = Number.parseInt(first, 10);
          there.add(first);
          expect(there.size).toBeLessThanOrEqual(held);
        }
        if (name === "XCLAIM") expect(there).toContain(id);
        if (name === "XTRIM") there = new Set();
        if (name === "XSETID" && first === "0-0") last = 0;
      }
      expect(there.size).toBe(0);
    }),
  );
});

test("what a consumer has and its group has not, or what is not in order, is a malformed RDB however much is held", () => {
  const one = (ms: number, consumer = 0) => ({ ms, consumer, deliveredAtMs: 1, deliveries: 1 });
  const entry = streamOf([{ pending: [one(5), one(6), one(7), one(8)], consumers: 1 }]);
  const value = Buffer.concat(entry.value);
  const at = (ms: number, from = 0) => value.indexOf(idBytes(ms), from);
  for (const held of [1, 2, 3, 4, 9]) {
    const run = (bytes: Buffer) =>
      Array.from(
        rebuild({ ...entry, value: [bytes] }, { format: FORMAT, server: FIXTURES["redis-7.0"]!, pendingHeld: held }),
        (command) => command[0],
      );
    expect(run(value).filter((name) => name === "XCLAIM")).toHaveLength(4);
    for (const [from, to] of [
      [6, 5],
      [6, 9],
    ] as const) {
      const unordered = Buffer.from(value);
      idBytes(to).copy(unordered, at(from));
      expect(() => run(unordered), `${from} is ${to}, ${held} are held`).toThrow(GatewayError);
    }
    const foreign = Buffer.from(value);
    idBytes(9).copy(foreign, at(8, at(8) + 1));
    expect(() => run(foreign)).toThrow(GatewayError);
  }
});
