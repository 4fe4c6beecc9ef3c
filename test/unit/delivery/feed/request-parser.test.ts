import { expect, test } from "vitest";
import { RequestParser } from "../../../../src/delivery/feed/request-parser.ts";
import { GatewayError } from "../../../../src/errors.ts";
import { encodeCommand } from "../../../../src/resp/encode.ts";

const HANDSHAKE = Buffer.concat([
  encodeCommand("PING"),
  Buffer.from("\n"),
  encodeCommand("REPLCONF", "capa", "eof", "capa", "psync2"),
  Buffer.from("info replication\r\n\r\n"),
  encodeCommand("AUTH", "pässword\r\n"),
]);

test("commands, inline commands and keepalives are told apart at any chunking", () => {
  for (let size = 1; size <= HANDSHAKE.length; size++) {
    const parser = new RequestParser();
    const found: (readonly string[])[] = [];
    for (let at = 0; at < HANDSHAKE.length; at += size) found.push(...parser.push(HANDSHAKE.subarray(at, at + size)));
    expect(found).toEqual([["PING"], ["REPLCONF", "capa", "eof", "capa", "psync2"], ["info", "replication"], ["AUTH", "pässword\r\n"]]);
  }
});

test.each([
  ["a line without an end", "x".repeat(20_000)],
  ["a word too long", "*1\r\n$99999\r\n"],
  ["too many words", "*1000\r\n"],
  ["a negative length", "*1\r\n$-1\r\n"],
  ["a number that is none", "*x\r\n"],
  ["no word where one must be", "*1\r\n:1\r\n"],
  ["a word that does not end", "*1\r\n$1\r\nabc"],
])("refused, bounded: %s", (_, text) => {
  expect(() => new RequestParser().push(Buffer.from(text))).toThrow(GatewayError);
});
