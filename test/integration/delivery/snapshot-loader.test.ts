import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DeliveryStats } from "../../../src/delivery/write/delivery-stats.ts";
import type { LoadOptions, LoadProgress } from "../../../src/delivery/write/load/loading.ts";
import { loadSnapshot } from "../../../src/delivery/write/load/snapshot-loader.ts";
import { buildKey, type Checkpoint, formatCheckpoint, parseCheckpoint } from "../../../src/delivery/write/target/checkpoint.ts";
import { openRawSocket } from "../../../src/delivery/write/target/raw-socket.ts";
import { Target } from "../../../src/delivery/write/target/target.ts";
import type { UnitEvents, UnitSubmitter } from "../../../src/delivery/write/unit/unit.ts";
import { UnitWriter } from "../../../src/delivery/write/unit/unit-writer.ts";
import { Losses } from "../../../src/delivery/write/values/losses.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { StreamId } from "../../../src/stream/position.ts";
import { loadEveryType } from "../../support/dataset.ts";
import { compareServers } from "../../support/digest.ts";
import { recordingLog } from "../../support/journal-kit.ts";
import { fillEveryType } from "../../support/rdb-dataset.mjs";
import { RedisServer } from "../../support/redis-server.ts";
import { LOADING, makeRdb, rdbString, type StoredSnapshotOptions, storedSnapshot } from "../../support/stored-snapshot.ts";

const KEY = "causeway:checkpoint:{us-east/0}";
const STREAM = StreamId.of("us-east");
const TOKEN = LOADING.writer;
const NEVER = new AbortController().signal;

let source: RedisServer;
let target: RedisServer;
let rdb: Buffer;

beforeAll(async () => {
  [source, target] = await Promise.all([RedisServer.start(), RedisServer.start()]);
  const client = source.client();
  await loadEveryType(client, { keys: 5_000 });
  await fillEveryType(client);
  await client.set("huge", "x".repeat(5_000_000));
  await client.call("SET", "odd expiry", "x", "PXAT", "4102444800123");
  await client.call("SET", "another stream's checkpoint", "kept");
  await client.set("causeway:checkpoint:{eu-west/0}", "a checkpoint of the source's own deliveries");
  rdb = await save(source);
});

afterAll(async () => {
  await source?.[Symbol.asyncDispose]();
  await target?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await target.call("FLUSHALL");
  await target.call("FUNCTION", "FLUSH");
});

async function save(server: RedisServer): Promise<Buffer> {
  await server.call("SAVE");
  return readFile(join(server.dir, "dump.rdb"));
}

type Load = {
  readonly rdb?: Buffer;
  readonly snapshot?: StoredSnapshotOptions;
  readonly resumeAt?: number;
  readonly guardMs?: number;
  readonly targetWasEmpty?: boolean;
  readonly events?: UnitEvents;
  readonly signal?: AbortSignal;
  readonly log?: Logger;
  readonly target?: RedisServer;
  readonly onUnsupported?: "halt" | "skip";
  readonly rebuildAboveBytes?: number;
  readonly stats?: DeliveryStats;
};

/** One attempt, as delivery would make it; resolves to the last progress. */
async function load(options: Load = {}): Promise<LoadProgress | undefined> {
  const { target: server = target, log = pino({ level: "silent" }), onUnsupported = "halt", stats = new DeliveryStats() } = options;
  const address = { host: server.host, port: server.port };
  const opened = await Target.open(address);
  const writer = new UnitWriter({
    socket: await openRawSocket(address, { checkpointKey: KEY, importing: false }),
    clock: systemClock,
    checkpointKey: KEY,
    expected: await opened.readCheckpoint(KEY),
    token: TOKEN,
    ...(options.events ? { events: options.events } : {}),
  });
  let progress: LoadProgress | undefined;
  const loading: LoadOptions = {
    log,
    losses: new Losses({
      stream: STREAM,
      onUnsupported,
      path: join(server.dir, "unsupported.jsonl"),
      log,
      stats,
    }),
    onSkipped: (what, rdbOffset) => stats.countSkipped(what, { within: "0123456789abcdef", endsAt: rdbOffset }),
    rebuildAboveBytes: options.rebuildAboveBytes ?? 32 * 1024 * 1024,
    buildKey: buildKey(STREAM),
    snapshot: storedSnapshot(options.rdb ?? rdb, options.snapshot),
    writer: writer satisfies UnitSubmitter,
    target: opened,
    resumeAt: options.resumeAt ?? 0,
    targetWasEmpty: options.targetWasEmpty ?? false,
    guardMs: options.guardMs ?? 0,
    checkpointAt: (rdbOffset) => ({ ...LOADING, rdbOffset }),
    onProgress: (latest) => {
      progress = latest;
    },
  };
  try {
    await loadSnapshot(loading, options.signal ?? NEVER);
    return progress;
  } finally {
    writer.close();
    opened.close();
  }
}

async function expectEqualData(): Promise<void> {
  const comparison = await compareServers(source.client(), target.client());
  expect(comparison.mismatches).toEqual([]);
  expect(comparison.keys).toBeGreaterThan(5_000);
}

test("the target holds the snapshot and nothing else", async () => {
  const client = target.client();
  await client.mset("string:text", "an older value", "stale", "x", "causeway:checkpoint:{ap-south/0}", "another stream");
  await client.call("FUNCTION", "LOAD", "#!lua name=stale\nredis.register_function('add_one', function() return 'stale' end)");
  for (const db of [2, 3]) {
    await client.select(db);
    await client.mset(Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`stale:${index}`, "x"])));
  }
  const progress = await load();
  await expectEqualData();
  expect(await target.call("GET", "causeway:checkpoint:{ap-south/0}")).toBe("another stream");
  expect(await target.call("EXISTS", "causeway:checkpoint:{eu-west/0}")).toBe(0);
  expect(await target.call("PEXPIRETIME", "odd expiry")).toBe(4102444800123);
  expect(await target.call("FCALL", "add_one", 0, "1")).toBe(2);
  expect(parseCheckpoint(String(await target.call("GET", KEY)))).toMatchObject({ state: "loading", rdbOffset: rdb.length });
  const functions = ((await source.call("FUNCTION", "LIST")) as unknown[]).length;
  expect(progress).toMatchObject({ keysRemoved: 6_001, functionsLoaded: functions, bytes: rdb.length, totalBytes: rdb.length });
});

test.each([1_000, 65_537])("chunks of %i bytes make no difference", async (chunkBytes) => {
  await load({ snapshot: { chunkBytes } });
  await expectEqualData();
});

test("without functions in the snapshot the target's are removed", async () => {
  await target.call("FUNCTION", "LOAD", "#!lua name=stale\nredis.register_function('f', function() return 1 end)");
  await load({ rdb: makeRdb([0, rdbString("k"), rdbString("v")]) });
  expect(await target.call("FUNCTION", "LIST")).toEqual([]);
  expect(await target.call("GET", "k")).toBe("v");
});

test("a target that was empty is not searched", async () => {
  await target.call("SET", "came meanwhile", "x");
  expect(await load({ targetWasEmpty: true })).toMatchObject({ keysRemoved: 0 });
  expect(await target.call("EXISTS", "came meanwhile")).toBe(1);
});

test("an expired entry removes the older key", async () => {
  const past = Buffer.alloc(8);
  past.writeBigInt64LE(0n);
  await target.call("SET", "k", "older");
  await load({ rdb: makeRdb([0xfc, past, 0, rdbString("k"), rdbString("v")]) });
  expect(await target.call("EXISTS", "k")).toBe(0);
});

test("APPLIED_ONCE: an interrupted load goes on after the last unit that was committed", async () => {
  const stop = new AbortController();
  let committed = 0;
  const onCommit = ({ rdbOffset }: Checkpoint) => {
    committed = rdbOffset;
    if (rdbOffset > rdb.length / 3) stop.abort();
  };
  await load({ events: { onCommit }, signal: stop.signal, snapshot: { chunkBytes: 20_000 } });
  // In this order: a unit in flight may still commit, and what is seen first is covered by the checkpoint that is read afterwards.
  // Names of other bytes than text do not survive being read as text.
  const before = ((await target.call("KEYS", "*")) as string[]).filter((key) => /^[ -~]+$/.test(key) && !key.startsWith("causeway:"));
  const left = parseCheckpoint(String(await target.call("GET", KEY)));
  expect(committed).toBeGreaterThan(rdb.length / 3);
  expect(left.rdbOffset).toBeGreaterThanOrEqual(committed);
  expect(left.rdbOffset).toBeLessThan(rdb.length);

  // What was loaded before is not written again: a hand-made change in it stays, and a key that waits for its turn comes.
  // KEYS was read as text: only a name that is text is that of a key.
  const probe = before.find((key) => /^[ -~]+$/.test(key))!;
  await target.call("RESTORE", probe, "0", await dumpOf("changed"), "REPLACE");
  await target.call("SET", "stale", "x");
  const progress = await load({ resumeAt: left.rdbOffset });
  expect(await target.call("GET", probe)).toBe("changed");
  expect(progress!.keysLoaded).toBeGreaterThan(0);
  await target.call("SET", KEY, formatCheckpoint(left));
  await load({ resumeAt: 0 });
  await expectEqualData();
});

async function dumpOf(text: string): Promise<Buffer> {
  const client = target.client();
  await client.set("temporary", text);
  const dump = (await client.callBuffer("DUMP", "temporary")) as Buffer;
  await client.del("temporary");
  return dump;
}

describe("BOUNDED: a value above the configured size is rebuilt in pieces", () => {
  test("and is the same, unseen until it is whole", async () => {
    const seen = new Set<unknown>();
    const onCommit = () => void target.call("EXISTS", buildKey(STREAM)).then((exists) => seen.add(exists));
    await target.call("SET", "table hash", "an older value of another type");
    await load({ rebuildAboveBytes: 2_000, events: { onCommit } });
    expect([...seen].sort()).toEqual([0, 1]);
    await expectEqualData();
    expect(await target.call("EXISTS", buildKey(STREAM))).toBe(0);
  });

  test("an attempt that breaks off inside begins that value anew, and what it built is gone", async () => {
    const stop = new AbortController();
    const onCommit = ({ rdbOffset }: Checkpoint) => {
      if (rdbOffset === 0) return;
      void target.call("EXISTS", buildKey(STREAM)).then((exists) => exists === 1 && stop.abort());
    };
    await load({ rebuildAboveBytes: 2_000, events: { onCommit }, signal: stop.signal });
    expect(stop.signal.aborted).toBe(true);
    const left = parseCheckpoint(String(await target.call("GET", KEY)));
    expect(left.rdbOffset).toBeLessThan(rdb.length);
    // Of an attempt long ago, in another database; and in the way of the next one.
    const client = target.client();
    for (const db of [0, 3]) {
      await client.select(db);
      await client.del(buildKey(STREAM));
      await client.rpush(buildKey(STREAM), "half of a list");
    }
    await load({ rebuildAboveBytes: 2_000, resumeAt: left.rdbOffset });
    await expectEqualData();
    for (const db of [0, 3]) {
      await client.select(db);
      expect(await client.exists(buildKey(STREAM))).toBe(0);
    }
  });
});

test("what an earlier attempt has left half built is gone from every database at once, not only when the whole snapshot is loaded", async () => {
  const client = target.client();
  for (const db of [0, 9]) {
    await client.select(db);
    await client.rpush(buildKey(STREAM), "half of a list");
  }
  await expect(load({ rdb: rdb.subarray(0, rdb.length - 9) })).rejects.toMatchObject({ code: "RDB_MALFORMED" });
  for (const db of [0, 9]) {
    await client.select(db);
    expect(await client.exists(buildKey(STREAM))).toBe(0);
  }
});

test("what is in a value's way since the load began does not become part of it", async () => {
  const inTheWay = async () => {
    const client = target.client();
    for (let db = 0; db < 16; db++) {
      await client.select(db);
      await client.rpush(buildKey(STREAM), "half of a list");
    }
  };
  await load({ rebuildAboveBytes: 2_000, snapshot: { onRead: inTheWay } });
  await expectEqualData();
});

test("a key that both sides hold is never absent while the snapshot is loaded", async () => {
  await load();
  const client = target.client();
  const keys = ["string:text", "hash:small", "huge", "stream"];
  const missing = new Set<string>();
  let polls = 0;
  let loading = true;
  const polled = (async () => {
    while (loading) {
      for (const key of keys) if ((await client.exists(key)) !== 1) missing.add(key);
      polls++;
    }
  })();
  await load({ snapshot: { chunkBytes: 5_000 } });
  loading = false;
  await polled;
  expect(polls).toBeGreaterThan(5);
  expect([...missing]).toEqual([]);
});

describe("what the target cannot have is refused by name, and no key is told", () => {
  const secret = rdbString("a secret key");

  test("field expiries on a target without them, and a module's value", async () => {
    const { log, events } = recordingLog();
    const hashTtl = [24, secret, Buffer.alloc(8, 1), 1, 1, rdbString("f"), rdbString("v")];
    const module2 = [7, rdbString("another secret key"), 0x81, Buffer.alloc(8, 9), 0];
    const plain = [0, rdbString("k"), rdbString("v")];
    // A database ends a unit.
    const elsewhere = [0xfe, 1, ...plain, 0xfe, 0];
    const mixed = makeRdb([...hashTtl, ...plain, ...elsewhere, ...hashTtl, ...module2]);
    const error = await load({ rdb: mixed, log }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: "TARGET_UNSUPPORTED",
      message: expect.stringMatching(/2 × 24 \(hashTtl\): the expiry of hash fields; 1 × 7 \(module2\): a module's value/),
    });
    expect(`${error} ${JSON.stringify(events)}`).not.toContain("secret");
    expect(await target.call("EXISTS", "k")).toBe(0);

    await target.call("SET", "another secret key", "older");
    const stats = new DeliveryStats();
    await load({ rdb: mixed, onUnsupported: "skip", stats, log });
    expect(Object.fromEntries(stats.unsupported)).toEqual({
      "24 (hashTtl): the expiry of hash fields": 2,
      "7 (module2): a module's value": 1,
    });
    expect(await target.call("HGETALL", "a secret key")).toEqual(["f", "v"]);
    expect(await target.call("EXISTS", "another secret key")).toBe(0);
    expect(await target.call("GET", "k")).toBe("v");
    expect(events.filter(({ event }) => event === "delivery.unsupported")).toHaveLength(4);
    expect(JSON.stringify(events)).not.toContain("secret");
    const named = (await readFile(join(target.dir, "unsupported.jsonl"), "utf8")).trim().split("\n");
    expect(named.map((line) => Buffer.from(JSON.parse(line).key, "base64").toString())).toEqual([
      "a secret key",
      "a secret key",
      "another secret key",
    ]);
  });

  test("a payload that the target refuses", async () => {
    const error = await load({ rdb: makeRdb([16, secret, rdbString("no listpack")]) }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: "TARGET_REJECTED",
      message: expect.stringMatching(/RESTORE.*16 \(hashListpack\) of redis RDB 13 with footer 10/),
    });
    expect(String(error)).not.toContain("secret");
  });

  test.each([
    ["small strings", ["-mset"], [0, secret, rdbString("v")], "MSET", "0 (string)"],
    ["a key outside of its own", ["resetkeys", "~causeway:*"], [0xfc, Buffer.alloc(8, 1), 0, secret, rdbString("v")], "SET", "0 (string)"],
    [
      "a command that builds a value",
      ["-hset"],
      [24, secret, Buffer.alloc(8, 1), 1, 1, rdbString("f"), rdbString("v")],
      "HSET",
      "24 (hashTtl)",
    ],
  ] as const)("a command that the login may not use: %s", async (_, rules, value, command, type) => {
    await using strict = await RedisServer.start();
    await strict.call("ACL", "SETUSER", "default", ...rules);
    const error = await load({ rdb: makeRdb(value), target: strict, onUnsupported: "skip" }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "TARGET_REFUSED", message: expect.stringContaining(`the target refused ${command}: NOPERM`) });
    const advice = "which goes by commands: the gateway's login needs them, under their own names and for every key";
    expect(String(error)).toContain(`RDB type ${type}, ${advice}`);
    expect(String(error)).not.toMatch(/footer|secret/);
  });

  test("a database that the target does not have", async () => {
    const error = await load({ rdb: makeRdb([0xfe, 16, 0, secret, rdbString("v")]) }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "TARGET_REFUSED", message: expect.stringContaining("database 16") });
  });
});

test("NEVER_SILENT: what RESTORE cannot carry is left out by name and number", async () => {
  const { log, events } = recordingLog();
  const slotInfo = [0xf4, 1, 2, 3];
  const stats = new DeliveryStats();
  await load({ rdb: makeRdb([...slotInfo, ...slotInfo, 0, rdbString("k"), rdbString("v")]), log, stats });
  expect(Object.fromEntries(stats.skipped)).toEqual({ "slot-info": 2 });
  expect(events.find(({ event }) => event === "delivery.snapshot-skipped")).toMatchObject({ level: 40, skipped: { "slot-info": 2 } });
  expect(await target.call("GET", "k")).toBe("v");
});

test("what RESTORE cannot carry is counted once, however often the load is begun again", async () => {
  const slotInfo = [0xf4, 1, 2, 3];
  const once = makeRdb([...slotInfo, 0, rdbString("k"), rdbString("v"), ...slotInfo, 0, rdbString("l"), rdbString("w")]);
  const stats = new DeliveryStats();
  // Nothing of this attempt is committed, but all of it was looked at.
  await expect(load({ rdb: once.subarray(0, once.length - 1), stats })).rejects.toMatchObject({ code: "RDB_MALFORMED" });
  await load({ rdb: once, stats });
  expect(Object.fromEntries(stats.skipped)).toEqual({ "slot-info": 2 });
  // A gateway that was restarted goes on from what the target has: the first was counted before.
  const restarted = new DeliveryStats();
  await load({ rdb: once, stats: restarted, resumeAt: 9 + slotInfo.length + 5 });
  expect(Object.fromEntries(restarted.skipped)).toEqual({ "slot-info": 1 });
});

test("a loss is counted and named once, however many attempts come by it", async () => {
  const hash = (key: string) => [24, rdbString(key), Buffer.alloc(8, 1), 1, 1, rdbString("f"), rdbString("v")];
  const twice = makeRdb([...hash("a"), ...hash("b")]);
  const stats = new DeliveryStats();
  const { log, events } = recordingLog();
  const skip = { onUnsupported: "skip", stats, log } as const;
  const named = async () => {
    const lines = (await readFile(join(target.dir, "unsupported.jsonl"), "utf8")).trim().split("\n");
    return lines.map((line) => Buffer.from(JSON.parse(line).key, "base64").toString());
  };
  // Both are seen, nothing is committed.
  await expect(load({ rdb: twice.subarray(0, twice.length - 1), ...skip })).rejects.toMatchObject({ code: "RDB_MALFORMED" });
  expect(await named()).toEqual(["a", "b"]);
  await load({ rdb: twice, ...skip });
  expect(await named()).toEqual(["a", "b"]);
  await load({ rdb: twice, resumeAt: 9 + (twice.length - 18) / 2, ...skip });
  expect(await named()).toEqual(["a", "b"]);
  expect(Object.fromEntries(stats.unsupported)).toEqual({ "24 (hashTtl): the expiry of hash fields": 2 });
  expect(events.filter(({ event }) => event === "delivery.unsupported")).toHaveLength(1);
});

test("the older values of keys that are left out go, also where the snapshot's keys are too many to be remembered at once", async () => {
  const keys = Array.from({ length: 64 }, (_, index) => `module:${index}`);
  await target.client().mset(Object.fromEntries([...keys, "plain"].map((key) => [key, "older"])));
  // What a server says of its keys is no more than a hint: four slices.
  const sizes = [0xfb, 0x80, Buffer.of(1, 60, 0, 0), 0];
  const modules = keys.flatMap((key) => [7, rdbString(key), 0x81, Buffer.alloc(8, 9), 0]);
  await load({ rdb: makeRdb([...sizes, ...modules, 0, rdbString("plain"), rdbString("v")]), onUnsupported: "skip" });
  expect((await target.client().keys("*")).filter((key) => !key.startsWith("causeway:"))).toEqual(["plain"]);
});

test.each([
  ["restored in one", 32 * 1024 * 1024],
  ["built in pieces", 1024 * 1024],
])("BOUNDED: nothing that was read for a value too large to be held stays open: %s", async (_, rebuildAboveBytes) => {
  const text = (fill: string) => [0x80, Buffer.of(0, 1, 0, 0), Buffer.alloc(2 ** 16, fill)];
  const list = (key: string) => [1, rdbString(key), 0x40, 100, ...Array.from({ length: 100 }, () => text(key)).flat()];
  let open = 0;
  const onReaders = (change: 1 | -1) => {
    open += change;
  };
  await load({ rdb: makeRdb([...list("a"), ...list("b")]), rebuildAboveBytes, snapshot: { onReaders } });
  expect([await target.call("LLEN", "a"), await target.call("LLEN", "b"), open]).toEqual([100, 100, 0]);
});

test("a value larger than the target's longest argument is built in pieces, and a module's is left out, its older value with it", async () => {
  await using small = await RedisServer.start({ args: ["--proto-max-bulk-len", "1mb"] });
  const client = small.client();
  await client.mset("list", "older", "module", "older");
  const large = (fill: string) => [0x80, Buffer.of(0, 32, 0, 0), Buffer.alloc(2 ** 21, fill)];
  const module2 = [7, rdbString("module"), 0x81, Buffer.alloc(8, 9), 5, ...large("y"), 0];
  const stats = new DeliveryStats();
  const list = [
    1,
    rdbString("list"),
    40,
    ...Array.from({ length: 40 }, () => [0x80, Buffer.of(0, 1, 0, 0), Buffer.alloc(2 ** 16, "x")]).flat(),
  ];
  await load({ rdb: makeRdb([...list, ...module2]), target: small, stats, onUnsupported: "skip" });
  expect([await client.llen("list"), await client.exists("module")]).toEqual([40, 0]);
  expect(Object.fromEntries(stats.unsupported)).toEqual({ "7 (module2): its 2097168 bytes are more than one command may carry": 1 });
});

describe("an element that is longer than the target's longest argument, and a string that may not grow so long", () => {
  const word = (bytes: number) => [0x80, uint32(bytes), Buffer.alloc(bytes, "x")];
  // One byte, and 264 for each three that follow.
  const packed = Buffer.concat([Buffer.from("\0x"), ...Array.from({ length: 6_000 }, () => Buffer.of(0xe0, 0xff, 0))]);
  const unpackedBytes = 1 + 264 * 6_000;
  const list = [1, rdbString("list"), 3, ...word(700_000), ...word(1_500_000), ...word(700_000)];
  const hash = [
    24,
    rdbString("hash"),
    Buffer.alloc(8, 1),
    1,
    1,
    rdbString("f"),
    0xc3,
    0x80,
    uint32(packed.length),
    0x80,
    uint32(unpackedBytes),
    packed,
  ];
  const string = [0, rdbString("string"), ...word(1_500_000)];
  const values = makeRdb([...list, ...hash, ...string, 0, rdbString("small"), rdbString("v")]);
  const expiry = "24 (hashTtl): the expiry of hash fields";
  const tooLong = (type: string) => `${type}: longer than the target takes (proto-max-bulk-len, client-query-buffer-limit)`;
  const losses = { [tooLong("1 (list)")]: 1, [expiry]: 1, [tooLong("24 (hashTtl)")]: 1, [tooLong("0 (string)")]: 1 };
  const start = async () => {
    const small = await RedisServer.start({ args: ["--proto-max-bulk-len", "1mb"] });
    await small.client().mset("list", "older", "hash", "older", "string", "older");
    return small;
  };

  test("skip: it is left out by name, its older value with it", async () => {
    await using small = await start();
    const stats = new DeliveryStats();
    await load({ rdb: values, target: small, stats, onUnsupported: "skip" });
    expect(Object.fromEntries(stats.unsupported)).toEqual(losses);
    expect((await small.client().keys("*")).toSorted()).toEqual([KEY, "small"]);
    const named = (await readFile(join(small.dir, "unsupported.jsonl"), "utf8")).trim().split("\n");
    expect(named.map((line) => Buffer.from(JSON.parse(line).key, "base64").toString())).toEqual(["list", "hash", "hash", "string"]);
  });

  test("halt: the first is named and nothing of it is left, the older values stay", async () => {
    await using small = await start();
    const stats = new DeliveryStats();
    const error = await load({ rdb: values, target: small, stats }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "TARGET_UNSUPPORTED", message: expect.stringContaining(`1 × ${tooLong("1 (list)")}`) });
    expect(stats.unsupported.get(tooLong("1 (list)"))).toBe(1);
    expect(await small.client().mget("list", "hash", "string", "small")).toEqual(["older", "older", "older", null]);
    expect(await small.call("EXISTS", buildKey(STREAM))).toBe(0);
  });
});

test("a snapshot that is given up ends the load with HISTORY_CHANGED", async () => {
  await expect(load({ snapshot: { chunkBytes: 10_000, abortedAfter: 3 } })).rejects.toMatchObject({ code: "HISTORY_CHANGED" });
});

test("a snapshot that breaks off removes nothing", async () => {
  await target.call("SET", "stale", "x");
  await expect(load({ rdb: rdb.subarray(0, rdb.length - 9) })).rejects.toMatchObject({ code: "RDB_MALFORMED" });
  expect(await target.call("EXISTS", "stale")).toBe(1);
});

test("ONE_WRITER: a load that lost the target removes nothing", async () => {
  await target.call("SET", "stale", "x");
  const onCommit = ({ rdbOffset }: Checkpoint) => {
    if (rdbOffset > rdb.length / 3) void target.call("SET", KEY, formatCheckpoint({ ...LOADING, writer: "00000000000000cc" }));
  };
  await expect(load({ events: { onCommit }, snapshot: { chunkBytes: 20_000 } })).rejects.toMatchObject({
    code: expect.stringMatching(/CHECKPOINT_CONFLICT|TARGET_BUSY/),
  });
  expect(await target.call("EXISTS", "stale")).toBe(1);
});

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
