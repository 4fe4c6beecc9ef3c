import fc from "fast-check";
import { expect, test } from "vitest";
import { CommandReader, commandText } from "../../../src/cli/command-text.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { Offset } from "../../../src/stream/position.ts";

const BASE = 1_000n;
const read = (stream: Buffer, cuts: readonly number[] = []) => {
  const reader = new CommandReader({ db: 0 });
  const ends = [...new Set([...cuts.filter((cut) => cut < stream.length), stream.length])].sort((a, b) => a - b);
  return ends.flatMap((end, nth) => {
    const from = ends[nth - 1] ?? 0;
    return [...reader.read(stream.subarray(from, end), Offset.of(BASE + BigInt(from)))];
  });
};
const texts = (commands: readonly (readonly (string | Buffer)[])[], values: boolean) =>
  read(Buffer.concat(commands.map((words) => encodeCommand(...words)))).map((command) => commandText(command, values));

test("values are elided, keys are not, and what has no key shows nothing", () => {
  const commands = [
    ["SET", "key:1", "secret"],
    ["hset", "h", "field", "value"],
    ["PING"],
    ["EVAL", "return 'secret'", "0"],
    ["DEL", "key:1"],
    ["PUBLISH", "channel", "secret"],
  ];
  expect(texts(commands, false)).toEqual([
    'SET "key:1" <6 bytes>',
    'HSET "h" <2 words>',
    "PING",
    "EVAL <2 words>",
    'DEL "key:1"',
    "PUBLISH <2 words>",
  ]);
  expect(texts(commands, true)[1]).toBe('HSET "h" "field" "value"');
});

test("bytes that are no text are escaped, and nothing can move the cursor", () => {
  expect(texts([["SET", "ä\u001b[2J", Buffer.from([0, 255, 10])]], true)).toEqual(['SET "\\xc3\\xa4\\x1b[2J" "\\x00\\xff\\x0a"']);
  expect(texts([["SET", 'a "quoted" \\ key: ä', ""]], true)).toEqual(['SET "a \\"quoted\\" \\\\ key: ä" ""']);
  expect(texts([["DEL", "k".repeat(100)]], false)[0]).toBe(`DEL "${"k".repeat(60)}…"`);
  expect(texts([["SADD", "s", ...Array.from({ length: 30 }, (_, nth) => `${nth}`)]], true)[0]).toMatch(/"21" <8 more>$/);
});

test("a command that is too large to be kept is named by its size, and those behind it are right", () => {
  const commands = read(
    Buffer.concat(
      [
        ["SET", "k", "v".repeat(3_000_000)],
        ["SELECT", "7"],
        ["INCR", "a"],
      ].map((words) => encodeCommand(...words)),
    ),
    [70_000, 2_000_000],
  );
  expect(commands.map((command) => `${command.offset} db${command.db} ${commandText(command, false)}`)).toEqual([
    "1000 db0 a command of 3000032 bytes",
    '3001032 db0 SELECT "7"',
    '3001055 db7 INCR "a"',
  ]);
});

test("in whatever pieces the bytes come", () => {
  const command = fc.array(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(200), { maxLength: 6 }), (commands, cuts) => {
      const stream = Buffer.concat(commands.map((words) => encodeCommand(...words)));
      expect(read(stream, cuts)).toEqual(read(stream));
    }),
  );
});
