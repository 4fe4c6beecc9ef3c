import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { ReplyScanner, ReplyType } from "../../../src/resp/reply-scanner.ts";
import { forEverySplit } from "../../support/splits.ts";

type Seen = { readonly type: number; readonly depth: number; readonly value: number | string };

function scan(chunks: readonly Buffer[]): Seen[] {
  const scanner = new ReplyScanner();
  const seen: Seen[] = [];
  for (const chunk of chunks) {
    scanner.feed(chunk);
    while (scanner.next()) {
      const { type, depth } = scanner;
      const isLine = type === ReplyType.simple || type === ReplyType.error;
      const value =
        type === ReplyType.error
          ? scanner.errorText
          : isLine
            ? `${scanner.lineBytes}${String.fromCharCode(scanner.firstByte)}`
            : scanner.value;
      seen.push({ type, depth, value });
    }
  }
  return seen;
}

describe("reply scanner", () => {
  test("shows top-level replies and the elements of their arrays at every split, and skips what is deeper", () => {
    const input = Buffer.from(
      "+OK\r\n:1\r\n+OK\r\n+QUEUED\r\n*7\r\n:-12\r\n$5\r\na\r\nbc\r\n*2\r\n*1\r\n-ERR deep\r\n$-1\r\n-WRONGTYPE no\r\n*0\r\n$0\r\n\r\n*-1\r\n-ERR x\r\n*-1\r\n",
    );
    const expected: Seen[] = [
      { type: ReplyType.simple, depth: 0, value: "2O" },
      { type: ReplyType.integer, depth: 0, value: 1 },
      { type: ReplyType.simple, depth: 0, value: "2O" },
      { type: ReplyType.simple, depth: 0, value: "6Q" },
      { type: ReplyType.array, depth: 0, value: 7 },
      { type: ReplyType.integer, depth: 1, value: -12 },
      { type: ReplyType.bulk, depth: 1, value: 5 },
      { type: ReplyType.array, depth: 1, value: 2 },
      { type: ReplyType.error, depth: 1, value: "WRONGTYPE no" },
      { type: ReplyType.array, depth: 1, value: 0 },
      { type: ReplyType.bulk, depth: 1, value: 0 },
      { type: ReplyType.array, depth: 1, value: -1 },
      { type: ReplyType.error, depth: 0, value: "ERR x" },
      { type: ReplyType.array, depth: 0, value: -1 },
    ];
    forEverySplit(input, (chunks) => expect(scan(chunks)).toEqual(expected));
  });

  test("agrees with the tree that was written, however it is nested and cut", () => {
    type Tree = string | number | null | readonly Tree[];
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof({ depthSize: "small" }, fc.string(), fc.integer(), fc.constant(null), fc.array(tie("tree"), { maxLength: 5 })),
    }));
    const encode = (value: Tree): string => {
      if (value === null) return "$-1\r\n";
      if (typeof value === "number") return `:${value}\r\n`;
      if (typeof value === "string") return `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
      return `*${value.length}\r\n${value.map(encode).join("")}`;
    };
    const show = (value: Tree, depth: number): Seen[] => {
      if (depth > 1) return [];
      if (value === null) return [{ type: ReplyType.bulk, depth, value: -1 }];
      if (typeof value === "number") return [{ type: ReplyType.integer, depth, value: value === 0 ? 0 : value }];
      if (typeof value === "string") return [{ type: ReplyType.bulk, depth, value: Buffer.byteLength(value) }];
      return [{ type: ReplyType.array, depth, value: value.length }, ...value.flatMap((inner) => show(inner, depth + 1))];
    };
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 5 }), fc.array(fc.nat(200), { maxLength: 5 }), (trees, cuts) => {
        const input = Buffer.from(trees.map(encode).join(""));
        const places = [0, ...cuts.map((cut) => Math.min(cut, input.length)).sort((a, b) => a - b), input.length];
        const chunks = places.slice(1).map((end, index) => input.subarray(places[index], end));
        expect(scan(chunks)).toEqual(trees.flatMap((value) => show(value, 0)));
      }),
    );
  });

  test.each([
    "hello\r\n",
    ":x\r\n",
    ":\r\n",
    "+OK\rx",
    "$3\r\nabcd\r\n",
    "$-2\r\n",
    ":99999999999999999999\r\n",
    "%1\r\n",
    "*1\r\n".repeat(40),
  ])("refuses %j as malformed", (text) => {
    expect(() => scan([Buffer.from(text)])).toThrow(expect.objectContaining({ code: "RESP_MALFORMED" }) as GatewayError);
  });

  test("any bytes either pass or are malformed, never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          scan([Buffer.from(bytes)]);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
    );
  });

  test("keeps a bounded part of an endless error", () => {
    expect(scan([Buffer.from(`-ERR ${"x".repeat(5000)}\r\n`)])[0]!.value).toHaveLength(512);
  });
});
