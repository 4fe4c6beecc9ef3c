import { describe, expect, test } from "vitest";
import { translate } from "../../../src/delivery/write/apply/translate.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";

const READ_AT_MS = 1_700_000_000_000.4;

/** The words that are forwarded, or what happened instead. */
function forwarded(...words: string[]): string[] | string {
  return guardedBy(0, ...words);
}

function guardedBy(guardMs: number, ...words: string[]): string[] | string {
  const command = encodeCommand(...words);
  const translation = translate(command, { readAtMs: READ_AT_MS, guardMs });
  if (translation.kind === "pass") return "pass";
  if (translation.kind === "drop") return `drop ${translation.name}`;
  if (translation.kind === "swap-from-zero") return `swap ${translation.other}`;
  if (translation.kind === "flush" || translation.kind === "script") return `${translation.kind} ${translation.name}`;
  const out = Buffer.concat(translation.pieces);
  const decoded: string[] = [];
  let at = out.indexOf("\r\n") + 2;
  const count = Number(out.toString("latin1", 1, at - 2));
  while (at < out.length) {
    const end = out.indexOf("\r\n", at);
    const length = Number(out.toString("latin1", at + 1, end));
    decoded.push(out.toString("latin1", end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  expect(decoded).toHaveLength(count);
  return decoded;
}

describe("commands of the stream that a normal client may not send as they are", () => {
  test.each<[string, string[] | string]>([
    ["PUBLISH __sentinel__:hello x", "drop PUBLISH"],
    ["PUBLISH causeway:heartbeat 0123456789abcdef:1700000000000.000", "drop heartbeat"],
    ["publish news x", "pass"],
    ["SPUBLISH news x", "pass"],
    ["XADD s MAXLEN = 5 LIMIT 100 1-1 f v", ["XADD", "s", "MAXLEN", "=", "5", "1-1", "f", "v"]],
    ["xadd s nomkstream minid = 5 limit 100 1-1 f v", ["xadd", "s", "nomkstream", "minid", "=", "5", "1-1", "f", "v"]],
    ["XADD s MAXLEN ~ 5 LIMIT 100 1-1 f v", "pass"],
    ["XADD s 1-1 LIMIT 9", "pass"],
    ["XADD s 1-1 f v", "pass"],
    ["XADD s KEEPREF MAXLEN = 5 LIMIT 7 1-1 f v", ["XADD", "s", "KEEPREF", "MAXLEN", "=", "5", "1-1", "f", "v"]],
    ["XTRIM s MAXLEN = 5 LIMIT 100", ["XTRIM", "s", "MAXLEN", "=", "5"]],
    ["XTRIM s MAXLEN 5", "pass"],
    ["XADD s IDMP p i 1-1 f v", ["XADD", "s", "1-1", "f", "v"]],
    ["XADD s IDMPAUTO p 1-1 f v", ["XADD", "s", "1-1", "f", "v"]],
    ["XADD s IDMP p i * f v", "drop XADD"],
    ["XADD s IDMP p i MAXLEN = 3 LIMIT 10 1-1 f v", ["XADD", "s", "MAXLEN", "=", "3", "1-1", "f", "v"]],
    ["RESTORE-ASKING k 0 data", ["RESTORE", "k", "0", "data", "REPLACE"]],
    ["RESTORE-ASKING k 1700000000999 data REPLACE ABSTTL", ["RESTORE", "k", "1700000000999", "data", "REPLACE", "ABSTTL"]],
    ["RESTORE k 0 data", "pass"],
    ["RESTORE k 5000 data ABSTTL", "pass"],
    ["RESTORE k 5000 data REPLACE", ["RESTORE", "k", "1700000005000", "data", "REPLACE", "ABSTTL"]],
    ["CLUSTER SETSLOT 1 NODE x", "drop CLUSTER"],
    ["TRIMSLOTS RANGES 1 0 5", "drop TRIMSLOTS"],
    ["flushall ASYNC", "flush FLUSHALL"],
    ["FLUSHDB", "flush FLUSHDB"],
    ["SWAPDB 0 3", "swap 3"],
    ["SWAPDB 3 0", "swap 3"],
    ["SWAPDB 1 2", "pass"],
    ["SWAPDB 0 0", "pass"],
    ["SWAPDB 0 x", "pass"],
    ["SWAPDB 0 -1", "pass"],
    ["SWAPDB 0 99999999999999999999", "pass"],
    ["SWAPDB 0", "pass"],
    ["XTRIM s MAXLEN = 5 LIMIT", ["XTRIM", "s", "MAXLEN", "=", "5"]],
    ["XADD s IDMP p", ["XADD", "s"]],
    ["RESTORE-ASKING k", "pass"],
    ["EXPIRE k 10", ["PEXPIREAT", "k", "1700000010000"]],
    ["EXPIRE k -10", ["PEXPIREAT", "k", "1699999990000"]],
    ["pexpire k 10 NX", ["PEXPIREAT", "k", "1700000000010", "NX"]],
    ["SETEX k 10 v", ["SET", "k", "v", "PXAT", "1700000010000"]],
    ["PSETEX k 10 v", ["SET", "k", "v", "PXAT", "1700000000010"]],
    ["SET k v EX 10", ["SET", "k", "v", "PXAT", "1700000010000"]],
    ["SET EX PX nx px 10", ["SET", "EX", "PX", "nx", "PXAT", "1700000000010"]],
    ["SET k v PXAT 99", "pass"],
    ["SET k v KEEPTTL", "pass"],
    ["SET k v IFEQ EX PXAT 5", "pass"],
  ])("%s", (words, expected) => {
    expect(forwarded(...words.split(" "))).toEqual(expected);
  });

  test("payloads stay bytes: CRLF, dollar signs and NUL in keys and values change nothing", () => {
    const payload = "\r\n$3\r\nEX\0\xff";
    expect(forwarded("RESTORE-ASKING", "k", "0", payload)).toEqual([
      "RESTORE",
      "k",
      "0",
      Buffer.from(payload).toString("latin1"),
      "REPLACE",
    ]);
  });

  test("a command with more words than are looked at keeps all of them", () => {
    const fields = Array.from({ length: 200 }, (_, index) => `f${index}`);
    expect(forwarded("XADD", "s", "MAXLEN", "=", "5", "LIMIT", "9", "1-1", ...fields)).toEqual([
      "XADD",
      "s",
      "MAXLEN",
      "=",
      "5",
      "1-1",
      ...fields,
    ]);
  });
});

describe("expiries wait for the guard, every one by as much", () => {
  test.each<[string, string]>([
    ["PEXPIREAT k 1700000000000", "PEXPIREAT k 1700000060000"],
    ["pexpireat k 1700000000000 GT", "PEXPIREAT k 1700000060000 GT"],
    ["EXPIREAT k 1700000000", "PEXPIREAT k 1700000060000"],
    ["EXPIRE k 10", "PEXPIREAT k 1700000070000"],
    ["PEXPIRE k 10 NX", "PEXPIREAT k 1700000060010 NX"],
    ["SETEX k 10 v", "SET k v PXAT 1700000070000"],
    ["PSETEX k 10 v", "SET k v PXAT 1700000060010"],
    ["SET k v PXAT 1700000000000", "SET k v PXAT 1700000060000"],
    ["SET k v NX EXAT 1700000000 GET", "SET k v NX PXAT 1700000060000 GET"],
    ["SET k v EX 10", "SET k v PXAT 1700000070000"],
    ["SET k v IFEQ PXAT PXAT 1", "SET k v IFEQ PXAT PXAT 60001"],
    ["SET k v KEEPTTL", "pass"],
    ["GETEX k PXAT 1700000000000", "GETEX k PXAT 1700000060000"],
    ["GETEX k PERSIST", "pass"],
    ["RESTORE k 1700000000000 data ABSTTL", "RESTORE k 1700000060000 data ABSTTL"],
    ["RESTORE k 5000 data REPLACE", "RESTORE k 1700000065000 data REPLACE ABSTTL"],
    ["RESTORE k 0 data ABSTTL", "pass"],
    ["RESTORE-ASKING k 1700000000000 data REPLACE ABSTTL", "RESTORE k 1700000060000 data REPLACE ABSTTL"],
    ["MSETEX 2 PXAT 1 b 2 NX PXAT 1700000000000", "MSETEX 2 PXAT 1 b 2 NX PXAT 1700000060000"],
    ["MSETEX 1 a PXAT KEEPTTL", "pass"],
    ["MSETEX x a PXAT PXAT 7", "pass"],
    ["HPEXPIREAT h 1700000000000 FIELDS 1 f", "HPEXPIREAT h 1700000060000 FIELDS 1 f"],
    ["HEXPIREAT h 1700000000 LT FIELDS 1 f", "HPEXPIREAT h 1700000060000 LT FIELDS 1 f"],
    ["HSETEX h FNX PXAT 1700000000000 FIELDS 1 PXAT 5", "HSETEX h FNX PXAT 1700000060000 FIELDS 1 PXAT 5"],
    ["HSETEX h KEEPTTL FIELDS 1 PXAT 5", "pass"],
    ["HGETEX h PXAT 1700000000000 FIELDS 1 f", "HGETEX h PXAT 1700000060000 FIELDS 1 f"],
    // No times: what cannot be told from a mark, and what is past anyway.
    ["PEXPIREAT k 4503599627310496", "pass"],
    ["PEXPIREAT k 4503599627310495", "PEXPIREAT k 4503599627370495"],
    ["HPEXPIREAT h 35184372028832 FIELDS 1 f", "pass"],
    ["PEXPIREAT k -5", "pass"],
    ["PEXPIREAT k 0", "pass"],
    ["PEXPIREAT k soon", "pass"],
    ["PEXPIREAT k", "pass"],
  ])("%s", (words, expected) => {
    const result = guardedBy(60_000, ...words.split(" "));
    expect(typeof result === "string" ? result : result.join(" ")).toBe(expected);
  });

  test("MSETEX finds its options behind any number of pairs", () => {
    const pairs = Array.from({ length: 100 }, (_, index) => [`k${index}`, "PXAT"]).flat();
    const expected = ["MSETEX", "100", ...pairs, "PXAT", "1700000060000", "XX"];
    expect(guardedBy(60_000, "MSETEX", "100", ...pairs, "PXAT", "1700000000000", "XX")).toEqual(expected);
  });
});
