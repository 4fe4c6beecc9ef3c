import fc from "fast-check";
import { expect, test } from "vitest";
import { delayInPlace } from "../../../src/delivery/write/apply/delay-in-place.ts";
import { dialectOf, SAME_WORDS } from "../../../src/delivery/write/apply/dialect.ts";
import { Planner } from "../../../src/delivery/write/apply/plan.ts";
import { translate } from "../../../src/delivery/write/apply/translate.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { Offset, Replid } from "../../../src/stream/position.ts";

const word = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom("PXAT", "$4\r\nPXAT\r\n$13\r\n1700000000000", "NX", "GT", "1700000000000"),
);
const time = fc.oneof(fc.integer({ min: 1e12, max: 1e13 - 1 }), fc.integer({ min: -10, max: 2 ** 53 - 1 })).map(String);
const command = fc.oneof(
  fc.tuple(word, time).map(([key, at]) => ["PEXPIREAT", key, at]),
  fc.tuple(word, word, time).map(([key, value, at]) => ["SET", key, value, "PXAT", at]),
  fc.tuple(word, time, word).map(([key, at, flag]) => ["PEXPIREAT", key, at, flag]),
  fc.tuple(word, word, word, word).map(([key, value, option, last]) => ["SET", key, value, option, last]),
);
const guards = fc.integer({ min: 1, max: 365 * 86_400_000 });

test("what is delayed where it lies is what the translation would have made, to the byte; anything else is left alone", () => {
  fc.assert(
    fc.property(command, guards, fc.nat(40), (words, guardMs, before) => {
      const whole = encodeCommand(...words);
      const bytes = Buffer.concat([Buffer.alloc(before, "x"), whole, Buffer.from("*1\r\n$4\r\nPING\r\n")]);
      const translation = translate(whole, { readAtMs: 0, guardMs });
      const isDone = delayInPlace(bytes, { start: before, end: before + whole.length, guardMs });
      const after = bytes.subarray(before, before + whole.length);
      if (isDone) expect(after.equals(Buffer.concat("pieces" in translation ? [...translation.pieces] : []))).toBe(true);
      else expect(after.equals(whole)).toBe(true);
      expect(bytes.subarray(0, before).equals(Buffer.alloc(before, "x"))).toBe(true);
      expect(bytes.subarray(before + whole.length).toString()).toBe("*1\r\n$4\r\nPING\r\n");
    }),
  );
});

test.each([
  ["that knows all commands", SAME_WORDS, 60_000],
  ["of Redis 7.0, which lacks SET … IFEQ", dialectOf({ product: "redis", version: "7.0.15", versionNumber: 700 }), 60_000],
  ["that leaves expiry to us, without a guard", SAME_WORDS, 0],
])("plain writes and the usual expiries stay one piece, and are done in place, for a target %s", (_, dialect, guardMs) => {
  const events = {
    allowsFlush: () => true,
    onDropped: () => 0,
    onRewritten: () => 0,
    onUntranslated: () => 0,
    onSkipped: () => undefined,
    onLost: () => undefined,
  };
  const from = { offset: Offset.of(0n), db: 0 };
  const plan = new Planner({ from, checkpointKey: "k", databases: 16, maxBulkBytes: 1e9, dialect, guardMs, events });
  const at = 1_700_000_000_000;
  const stream = (add: number) =>
    Buffer.concat([
      encodeCommand("SET", "a", "1"),
      encodeCommand("PEXPIREAT", "a", at + add),
      encodeCommand("SET", "b", "1", "PXAT", at + add),
      encodeCommand("INCR", "b"),
    ]);
  const payload = stream(0);
  const span = { from: Offset.of(0n), to: Offset.of(BigInt(payload.length)), db: 0, dbAfter: 0, commands: 4, readAtMs: at, open: false };
  const parts = [...plan.add({ ...span, replid: Replid.of("a".repeat(40)) }, payload), plan.flush()!];
  const pieces = parts.flatMap((part) => part?.pieces ?? []);
  expect(pieces).toHaveLength(1);
  expect(pieces[0]!.equals(stream(guardMs))).toBe(true);
});
