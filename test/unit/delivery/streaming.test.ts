import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { RawRing } from "../../../src/bytes/raw-ring.ts";
import { UNIT_COMMANDS } from "../../../src/delivery/write/apply/unit-parts.ts";
import { DeliveryStats } from "../../../src/delivery/write/delivery-stats.ts";
import { Streaming } from "../../../src/delivery/write/streaming.ts";
import type { Checkpoint } from "../../../src/delivery/write/target/checkpoint.ts";
import { parseFacts } from "../../../src/delivery/write/target/target-facts.ts";
import type { UnitWriter } from "../../../src/delivery/write/unit/unit-writer.ts";
import { Losses } from "../../../src/delivery/write/values/losses.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { HistoryId, Offset, StreamId } from "../../../src/stream/position.ts";
import { REPLID, StubHistory } from "../../integration/delivery/stub-log.ts";
import { recordingLog } from "../../support/journal-kit.ts";

/**
 * Streams everything that `history` holds to a writer that takes all, or says after each part that it is full; `seen` gets each end and how
 * many bytes came before it.
 */
type Conditions = {
  readonly full?: boolean;
  readonly guardMs?: number;
  readonly importingSinceMs?: number;
  readonly version?: string;
  /** Of an attempt before this one. */
  readonly stats?: DeliveryStats;
};

async function stream(history: StubHistory, start: Offset, conditions: Conditions = {}) {
  const { full = false, guardMs = 0, importingSinceMs, version = "8.6.0", stats = new DeliveryStats() } = conditions;
  const from: Checkpoint = {
    ...{ state: "streaming", history: HistoryId.of("a".repeat(16)), offset: start, db: 0, replid: REPLID },
    ...{ snapshotId: undefined, rdbOffset: 0, writer: "", readAtMs: 0, guardMs },
  };
  const stop = new AbortController();
  const ends: { readonly sentBytes: number; readonly offset: Offset }[] = [];
  let sentBytes = 0;
  /** Parts that were sent without waiting. */
  let together = 0;
  let mostTogether = 0;
  const ready = async () => {
    together = 0;
  };
  const writer = {
    ...{ full, ready, inFlightBytes: 0, expected: from, begin: () => undefined },
    append: (pieces: readonly Buffer[]) => {
      mostTogether = Math.max(mostTogether, ++together);
      for (const piece of pieces) sentBytes += piece.length;
    },
    commit: ({ offset }: Checkpoint) => {
      ends.push({ sentBytes, offset });
      if (offset === history.tail.offset) stop.abort();
    },
  };
  const { log, events } = recordingLog();
  const target = parseFacts(`redis_version:${version}`, 16);
  const losses = new Losses({ stream: StreamId.of("us-east"), onUnsupported: "skip", path: "/dev/null", log, stats });
  const options = {
    history,
    from,
    room: new RawRing<Offset>(),
    checkpointKey: "k",
    maxBulkBytes: Number.POSITIVE_INFINITY,
    target,
    modules: new Map(),
    importingSinceMs,
    losses,
    stats,
    log,
    clock: systemClock,
    allowsFlush: () => true,
  };
  await new Streaming({ ...options, writer: writer as unknown as UnitWriter, onApplied: () => undefined }).run(stop.signal);
  return { ends, mostTogether, stats, events };
}

test("APPLIED_ONCE: each unit of a record commits the offset at which it ends, not the record's", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  const command = encodeCommand("INCR", "n");
  history.write(Buffer.concat(Array.from({ length: UNIT_COMMANDS * 2 + 100 }, () => command)));
  const { ends } = await stream(history, start);
  expect(ends).toHaveLength(3);
  for (const end of ends) expect(end.offset).toBe(Offset.plus(start, end.sentBytes));
});

test("NEVER_SILENT: what is dropped, rewritten or too large to be looked into is counted by name, the last also logged", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  history.write(Buffer.concat([encodeCommand("CLUSTER", "X"), encodeCommand("SETEX", "k", 1, "v"), encodeCommand("CLUSTER", "Y")]));
  const large = encodeCommand("SET", "k", Buffer.alloc(6 * 1024 * 1024), "EX", 9);
  for (let at = 0; at < large.length; at += 1_000_000) history.write(large.subarray(at, at + 1_000_000));
  const { stats, events } = await stream(history, start);
  expect(Object.fromEntries(stats.dropped)).toEqual({ CLUSTER: 2 });
  expect(Object.fromEntries(stats.rewritten)).toEqual({ SETEX: 1 });
  expect(Object.fromEntries(stats.untranslated)).toEqual({ SET: 1 });
  expect(events).toMatchObject([{ event: "delivery.untranslated", level: 40, command: "SET" }]);
});

test("what the target cannot hold is counted once, however many attempts come by it", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  const expire = (field: string) => encodeCommand("HPEXPIREAT", "k", 9, "FIELDS", 1, field);
  history.write(Buffer.concat([expire("f"), expire("g"), encodeCommand("INCR", "n")]));
  const middle = history.tail.offset;
  const conditions = { version: "7.0.0", stats: new DeliveryStats() };
  await stream(history, start, conditions);
  await stream(history, start, conditions);
  history.write(Buffer.concat([expire("h"), encodeCommand("INCR", "n")]));
  await stream(history, middle, conditions);
  await stream(history, start, conditions);
  expect(Object.fromEntries(conditions.stats.unsupported)).toEqual({ "HPEXPIREAT: the expiry of hash fields": 3 });
});

test("NEVER_SILENT: a message to a shard channel, of which an older target has none, is left out: counted each time, told once, no loss", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  history.write(Buffer.concat([...Array(3).fill(encodeCommand("SPUBLISH", "news", "x")), encodeCommand("INCR", "n")]));
  const { ends, stats, events } = await stream(history, start, { version: "6.2.0" });
  expect(ends).toMatchObject([{ sentBytes: encodeCommand("INCR", "n").length }]);
  expect([stats.skipped, stats.unsupported, stats.dropped].map((counters) => Object.fromEntries(counters))).toEqual([
    { "shard-messages": 3 },
    {},
    {},
  ]);
  expect(events).toMatchObject([{ event: "delivery.skipped", level: 40, what: "shard-messages" }]);
  // Where there are such channels it goes on.
  expect((await stream(history, start, { version: "7.0.0" })).stats.skipped.size).toBe(0);
});

test("NEVER_SILENT: a script of a Redis 6 master goes on as it is, counted each time and told once, with what that means", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  history.write(Buffer.concat([1, 2].map((times) => encodeCommand("EVAL", "redis.call('SETEX',KEYS[1],9,'v')", 1, `k:${times}`))));
  const { stats, events } = await stream(history, start, { guardMs: 60_000 });
  expect(Object.fromEntries(stats.untranslated)).toEqual({ EVAL: 2 });
  expect(events).toMatchObject([
    { event: "delivery.untranslated", level: 40, command: "EVAL", msg: expect.stringMatching(/scripts .* no guard/) },
  ]);
});

test("BOUNDED: a writer that is full is waited for after each part, inside a record and inside a unit", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  const command = encodeCommand("INCR", "n");
  history.write(Buffer.concat(Array.from({ length: UNIT_COMMANDS * 3 }, () => command)));
  const large = encodeCommand("APPEND", "k", Buffer.alloc(6 * 1024 * 1024));
  for (let at = 0; at < large.length; at += 1_000_000) history.write(large.subarray(at, at + 1_000_000));
  const { mostTogether, ends } = await stream(history, start, { full: true });
  expect(ends).toHaveLength(4);
  expect(mostTogether).toBe(1);
});

test("NEVER_SILENT: what was perhaps written longer ago than the guard is wide is counted, and said once", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  const now = systemClock.nowMs();
  // What the second and the third record hold was written after the one before was read, nobody knows when.
  for (const ago of [300_000, 200_000, 1_000, 0]) history.write(encodeCommand("INCR", "n"), now - ago);
  const { stats, events } = await stream(history, start, { guardMs: 60_000 });
  expect(stats.guardExceeded).toBe(2);
  expect(events).toMatchObject([{ event: "delivery.guard-exceeded", level: 50, guardMs: 60_000 }]);
});

test("what is delayed or gathered is a copy: a record that was not packed lies in the journal's own memory", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  history.write(encodeCommand("PEXPIREAT", "k", 1_700_000_000_000));
  history.write(Buffer.concat(Array.from({ length: 8 }, (_, index) => encodeCommand("SET", `k:${index}`, randomBytes(100)))));
  const before = history.records.map((record) => Buffer.from(record));
  for (const guardMs of [0, 60_000]) {
    const { ends } = await stream(history, start, { guardMs });
    expect(ends.at(-1)!.sentBytes).toBeLessThan(Offset.distance(start, history.tail.offset));
    expect(history.records).toEqual(before);
  }
});

test("NEVER_SILENT: what a target in import mode had not got when it restarted is counted, and said once", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  const now = systemClock.nowMs();
  for (const ago of [9_000, 8_000, 1_000]) history.write(encodeCommand("INCR", "n"), now - ago);
  const { stats, events } = await stream(history, start, { importingSinceMs: now - 5_000 });
  expect(stats.guardExceeded).toBe(2);
  expect(events).toMatchObject([{ event: "delivery.guard-exceeded", level: 50, guardMs: 0 }]);
});
