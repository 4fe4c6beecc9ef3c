import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { CommandKind, CommandScanner } from "../../../src/resp/command-scanner.ts";

type Found = {
  readonly kind: CommandKind;
  readonly end: number;
  readonly length: number;
  readonly db: number;
  readonly inTransaction: boolean;
};

function resp(...words: readonly (string | Buffer)[]): Buffer {
  const parts = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) parts.push(Buffer.from(`$${Buffer.byteLength(word)}\r\n`), Buffer.from(word), Buffer.from("\r\n"));
  return Buffer.concat(parts);
}

function scan(chunks: readonly Buffer[]): readonly Found[] {
  const scanner = new CommandScanner({ db: 0 });
  const found: Found[] = [];
  let before = 0;
  for (const chunk of chunks) {
    scanner.feed(chunk);
    while (scanner.next()) {
      const { kind, start, end, db, inTransaction } = scanner;
      found.push({ kind, end: before + end, length: end - start, db, inTransaction });
    }
    before += chunk.length;
  }
  return found;
}

const stream = [
  resp("SELECT", "12"),
  resp("set", "k", "v\r\n*1\r\n"),
  resp("SET", "k", "v", "PXAT", "1"),
  resp("ping"),
  resp("MULTI"),
  resp("", ""),
  resp("exec"),
  resp("REPLCONF", "GETACK", "*"),
  resp("Publish", "c", "m"),
  resp("a-name-longer-than-anything-known"),
  resp("setex", "k", "1", ""),
  resp("strlen", "x"),
  resp("SELECT", "0"),
];

test("kinds, ends, databases and transactions are found at every way of cutting the bytes in two, and byte by byte", () => {
  const bytes = Buffer.concat(stream);
  const whole = scan([bytes]);
  const { ordinary, ping, select, multi, exec, replconf, examined } = CommandKind;
  expect(whole.map((found) => found.kind)).toEqual([
    select,
    ordinary,
    examined,
    ping,
    multi,
    ordinary,
    exec,
    replconf,
    examined,
    ordinary,
    examined,
    ordinary,
    select,
  ]);
  expect(whole.map((found) => found.length)).toEqual(stream.map((command) => command.length));
  expect(whole.map((found) => found.inTransaction)).toEqual(stream.map((_, index) => index === 4 || index === 5));
  expect(whole.map((found) => found.db)).toEqual(stream.map((_, index) => (index === stream.length - 1 ? 0 : 12)));
  for (let cut = 0; cut <= bytes.length; cut++) expect(scan([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
  expect(scan(Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)))).toEqual(whole);
});

test("any commands at any chunking: the ends add up to the bytes", () => {
  const commands = fc.array(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 }), { maxLength: 20 });
  fc.assert(
    fc.property(commands, fc.array(fc.nat(1000)), (lists, cuts) => {
      const encoded = lists.map((words) => resp(Buffer.from("LPUSH"), ...words.map((word) => Buffer.from(word))));
      const bytes = Buffer.concat(encoded);
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      let end = 0;
      expect(scan(chunks).map((found) => found.end)).toEqual(encoded.map((command) => (end += command.length)));
    }),
  );
});

describe("what a master never sends is refused", () => {
  test.each([
    ["a newline", "\n"],
    ["an inline command", "PING\r\n"],
    ["no words", "*0\r\n"],
    ["a negative count", "*-1\r\n"],
    ["a negative length", "*1\r\n$-1\r\n"],
    ["too many digits", "*1\r\n$1234567890123456\r\n"],
    ["a number in place of a word", "*1\r\n:1\r\n"],
    ["a word longer than it says", "*1\r\n$1\r\nab\r\n"],
    ["SELECT of a word", "*2\r\n$6\r\nSELECT\r\n$1\r\nx\r\n"],
    ["an empty count", "*\r\n"],
  ])("%s", (_, text) => {
    expect(() => scan([Buffer.from(text)])).toThrow(GatewayError);
  });

  test("whatever the bytes, only RESP_MALFORMED comes out", () => {
    const pieces = fc.constantFrom("*1\r\n", "*3\r\n", "$4\r\n", "PING", "\r\n", "$0\r\n", "SELECT", "$6\r\n", "9", "*", "$", "-", "\0");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (words) => {
        try {
          scan([Buffer.from(words.join(""))]);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
          expect((error as GatewayError).code).toBe("RESP_MALFORMED");
        }
      }),
    );
  });
});
