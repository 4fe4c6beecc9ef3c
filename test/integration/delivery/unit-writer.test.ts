import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { type Checkpoint, checkpointKey, formatCheckpoint } from "../../../src/delivery/write/target/checkpoint.ts";
import { guardOf } from "../../../src/delivery/write/target/guard.ts";
import { openRawSocket, type TargetAddress } from "../../../src/delivery/write/target/raw-socket.ts";
import type { UnitEvents } from "../../../src/delivery/write/unit/unit.ts";
import { UnitWriter } from "../../../src/delivery/write/unit/unit-writer.ts";
import type { GatewayError } from "../../../src/errors.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { HistoryId, Offset, StreamId } from "../../../src/stream/position.ts";
import { eventually } from "../../support/eventually.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { REPLID } from "./stub-log.ts";

const KEY = checkpointKey(StreamId.of("us-east", 0));
const never = new AbortController().signal;

function at(offset: number, writer = "0".repeat(16)): Checkpoint {
  return {
    state: "streaming",
    history: HistoryId.of("a".repeat(16)),
    offset: Offset.of(offset),
    db: 0,
    replid: REPLID,
    snapshotId: undefined,
    rdbOffset: 0,
    writer,
    readAtMs: 0,
    guardMs: 0,
  };
}

type WriterOptions = { readonly token?: string; readonly expected?: string; readonly events?: UnitEvents; readonly stallMs?: number };

async function open(server: TargetAddress, options: WriterOptions = {}): Promise<UnitWriter> {
  const socket = await openRawSocket(server, { checkpointKey: KEY, importing: false });
  return new UnitWriter({ socket, clock: systemClock, checkpointKey: KEY, token: "1".repeat(16), expected: "", ...options });
}

function unit(offset: number, ...lines: string[]) {
  const pieces = lines.map((line) => encodeCommand(...line.split(" ")));
  return { db: 0, pieces, commands: lines.length, checkpoint: at(offset) };
}

async function failure(writer: UnitWriter): Promise<GatewayError> {
  return writer.drain(never).then(
    () => {
      throw new Error("the writer has not failed");
    },
    (error: GatewayError) => error,
  );
}

/** Everything the server answers to `bytes`. */
function answers(server: TargetAddress, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect({ host: server.host, port: server.port });
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      text += chunk;
      if (/\*2\r\n:\d\r\n.*\r\n$/.test(text)) socket.destroy();
    });
    socket.on("close", () => resolve(text));
    socket.write(bytes);
  });
}

describe("unit writer", () => {
  test("BOUNDED: an open unit is full when its target takes no more bytes, and ready once it does", async () => {
    await using server = await RedisServer.start();
    const writer = await open(server);
    server.pause();
    writer.begin();
    const piece = encodeCommand("APPEND", "k", Buffer.alloc(1024 * 1024));
    let pieces = 0;
    // Before it has agreed to the unit, what follows is sent, until its sockets are full.
    for (; !writer.full && pieces < 64; pieces++) writer.append([piece], 1);
    expect(pieces).toBeLessThan(64);
    server.resume();
    await writer.ready(never);
    writer.commit(at(1), 0);
    await writer.drain(never);
    expect(await server.client().strlen("k")).toBe(pieces * 1024 * 1024);
    writer.close();
  });

  test("commits units in order with their checkpoint, in their database, and never leaves database 0", async () => {
    await using server = await RedisServer.start();
    const committed: bigint[] = [];
    const writer = await open(server, { events: { onCommit: (checkpoint) => committed.push(checkpoint.offset) } });
    for (let offset = 1; offset <= 300; offset++) writer.submit({ ...unit(offset, "INCR n", "RPUSH l x"), db: offset % 3 });
    await writer.drain(never);
    expect(committed).toEqual(Array.from({ length: 300 }, (_, index) => BigInt(index + 1)));
    const client = server.client();
    expect(await client.get("n")).toBe("100");
    expect(await client.get(KEY)).toBe(formatCheckpoint(at(300, "1".repeat(16))));
    await client.select(2);
    expect([await client.get("n"), await client.llen("l"), await client.exists(KEY)]).toEqual(["100", 100, 0]);
    expect(writer.inFlightBytes).toBe(0);
    writer.close();
  });

  test("one unit waits behind the one that goes out; what comes meanwhile is for a larger one", async () => {
    await using server = await RedisServer.start();
    const writer = await open(server);
    expect(writer.full).toBe(false);
    writer.submit(unit(1, "INCR n"));
    expect(writer.full).toBe(false);
    writer.submit(unit(2, "INCR n"));
    expect(writer.full).toBe(true);
    await writer.ready(never);
    expect(writer.full).toBe(false);
    await writer.drain(never);
    expect(await server.call("GET", "n")).toBe("2");
    writer.close();
  });

  test("the checkpoint is written after FLUSHALL and SWAPDB inside the unit", async () => {
    await using server = await RedisServer.start();
    const writer = await open(server);
    writer.submit(unit(1, "SET a 1", "FLUSHALL", "SET b 2"));
    writer.submit(unit(2, "INCR n"));
    await writer.drain(never);
    expect(await server.call("GET", KEY)).toContain(" offset=2 ");
    expect(await server.call("DBSIZE")).toBe(3);
    writer.close();
  });

  const state = async (server: RedisServer) => [await server.call("TYPE", KEY), await server.call("EXISTS", "n")];
  const foreign = formatCheckpoint(at(5, "f".repeat(16)));

  test.each<[string, string, string[][]]>([
    ["another value", "string", [["SET", KEY, foreign]]],
    ["another value with a TTL", "string", [["SET", KEY, foreign, "EX", "1000"]]],
    ["another type", "list", [["RPUSH", KEY, "x"]]],
    [
      "another value when memory is full",
      "string",
      [
        ["SET", KEY, foreign],
        ["CONFIG", "SET", "maxmemory", "1"],
      ],
    ],
  ])("ONE_WRITER: nothing commits on %s", async (_, type, before) => {
    await using server = await RedisServer.start();
    for (const [command, ...words] of before) await server.call(command!, ...words);
    const ttl = await server.call("TTL", KEY);
    const writer = await open(server, { expected: formatCheckpoint(at(1, "1".repeat(16))) });
    writer.submit(unit(2, "INCR n"));
    writer.submit(unit(3, "INCR n"));
    expect((await failure(writer)).code).toBe("CHECKPOINT_CONFLICT");
    // The connection is gone; whatever the server still had of it must change nothing either.
    await server.call("CONFIG", "SET", "maxmemory", "0");
    await eventually(async () => !String(await server.call("CLIENT", "LIST")).includes("cmd=exec"));
    expect(await state(server)).toEqual([type, 0]);
    expect(Math.abs(Number(await server.call("TTL", KEY)) - Number(ttl))).toBeLessThan(5);
  });

  test.each([0, 1])("ONE_WRITER: nothing commits on a missing checkpoint (maxmemory %i)", async (maxmemory) => {
    await using server = await RedisServer.start();
    await server.call("SET", "pad", "x".repeat(1000));
    await server.call("CONFIG", "SET", "maxmemory", maxmemory);
    const writer = await open(server, { expected: formatCheckpoint(at(1, "1".repeat(16))) });
    writer.submit(unit(2, "INCR n"));
    expect((await failure(writer)).code).toBe("CHECKPOINT_CONFLICT");
    expect(await state(server)).toEqual(["none", 0]);
  });

  test("after a pause a unit leaves whole, without a question to the target first", async () => {
    await using server = await RedisServer.start();
    const socket = await openRawSocket(server, { checkpointKey: KEY, importing: false });
    let answers = "";
    let written = "";
    socket.on("data", (chunk: Buffer) => (answers += chunk));
    const write = socket.write.bind(socket);
    socket.write = ((bytes: Buffer | string, ...rest: []) => {
      written += bytes;
      return write(bytes, ...rest);
    }) as typeof socket.write;
    const writer = new UnitWriter({ socket, clock: systemClock, checkpointKey: KEY, token: "1".repeat(16), expected: "" });
    writer.submit(unit(1, "INCR n"));
    await eventually(() => answers.endsWith("+OK\r\n:1\r\n"), { what: "the guard of the next unit has agreed" });
    server.pause();
    written = "";
    writer.submit(unit(2, "INCR n"));
    expect(written).toMatch(/^\*1\r\n\$5\r\nMULTI\r\n.*INCR.*\$4\r\nEXEC\r\n/s);
    server.resume();
    await writer.drain(never);
    expect(await server.call("GET", "n")).toBe("2");
    writer.close();
  });

  test.each<[string, (server: RedisServer) => Promise<unknown>]>([
    ["changed", (server) => server.call("SET", KEY, foreign)],
    ["removed", (server) => server.call("DEL", KEY)],
    ["removed with everything else", (server) => server.call("FLUSHALL")],
  ])("ONE_WRITER: nothing commits on a checkpoint that was %s between two units", async (_, change) => {
    await using server = await RedisServer.start();
    const writer = await open(server);
    writer.submit(unit(1, "SET m 1"));
    await writer.drain(never);
    await change(server);
    writer.submit(unit(2, "INCR n"));
    writer.submit(unit(3, "INCR n"));
    expect((await failure(writer)).code).toMatch(/^(TARGET_BUSY|CHECKPOINT_CONFLICT)$/);
    expect(await server.call("EXISTS", "n")).toBe(0);
  });

  test("a checkpoint that appeared while this writer expects none stops it", async () => {
    await using server = await RedisServer.start();
    const writer = await open(server);
    await server.call("SET", KEY, "");
    await server.call("APPEND", KEY, foreign);
    writer.submit(unit(2, "INCR n"));
    expect((await failure(writer)).code).toBe("CHECKPOINT_CONFLICT");
    expect(await state(server)).toEqual(["string", 0]);
  });

  test("the witness inside the transaction says whether the checkpoint was the expected one, also when nothing watched it", async () => {
    await using server = await RedisServer.start();
    const { begin, close, exec } = guardOf(KEY);
    const unwatched = (expected: string) => begin(expected) + close("new") + exec;
    expect(await answers(server, unwatched(""))).toMatch(/\*2\r\n:1\r\n\+OK\r\n$/);
    expect(await answers(server, unwatched("old"))).toMatch(/\*2\r\n:0\r\n\+OK\r\n$/);
    expect(await answers(server, unwatched("new"))).toMatch(/\*2\r\n:1\r\n\+OK\r\n$/);
    await server.call("DEL", KEY);
    await server.call("RPUSH", KEY, "x");
    expect(await answers(server, unwatched(""))).toMatch(/\*2\r\n:0\r\n\+OK\r\n$/);
  });

  test("a unit that committed on another checkpoint than expected ends the writer as a bug, loudly", async () => {
    const replies = "+OK\r\n:1\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n:0\r\n:1\r\n+OK\r\n";
    const scripted = createServer((peer) => {
      let asked = 0;
      peer.on("error", () => undefined);
      peer.on("data", () => peer.write(asked++ === 0 ? "+OK\r\n:0\r\n+OK\r\n*-1\r\n" : replies));
    });
    await new Promise<void>((resolve) => scripted.listen(0, "127.0.0.1", resolve));
    try {
      const writer = await open({ host: "127.0.0.1", port: (scripted.address() as AddressInfo).port });
      writer.submit(unit(1, "INCR n"));
      expect((await failure(writer)).code).toBe("INVARIANT");
    } finally {
      scripted.close();
    }
  });

  test("a login that may not run scripts is refused at once, and one that loses the right commits nothing more", async () => {
    await using server = await RedisServer.start();
    const admin = server.client();
    await admin.call("ACL", "SETUSER", "poor", "on", ">pw", "~*", "&*", "+@all", "-eval");
    const poor = { host: server.host, port: server.port, username: "poor", password: "pw" };
    await expect(open(poor)).rejects.toMatchObject({ code: "TARGET_REFUSED" });
    await admin.call("ACL", "SETUSER", "poor", "+eval");
    const writer = await open(poor);
    writer.submit(unit(1, "INCR n"));
    await writer.drain(never);
    await admin.call("ACL", "SETUSER", "poor", "-eval");
    writer.submit(unit(2, "INCR n"));
    expect((await failure(writer)).code).toBe("TARGET_REFUSED");
    expect(await admin.get("n")).toBe("1");
    expect(await admin.get(KEY)).toContain(" offset=1 ");
  });

  test("a guard that is refused while a script blocks the server lets nothing through, even if the checkpoint has changed", async () => {
    await using server = await RedisServer.start({ args: ["--busy-reply-threshold", "50"] });
    const writer = await open(server, { expected: "" });
    await server.call("SET", KEY, foreign);
    const admin = server.client({ maxRetriesPerRequest: 0 });
    // Connected before the script: a busy server refuses what a new client asks first.
    const killer = server.client();
    await killer.ping();
    const blocked = admin.call("EVAL", "while true do end", "0").catch(() => undefined);
    await eventually(async () =>
      killer.call("GET", "x").then(
        () => false,
        (error: Error) => error.message.startsWith("BUSY"),
      ),
    );
    writer.submit(unit(2, "INCR n"));
    expect((await failure(writer)).code).toBe("TARGET_BUSY");
    await killer.call("SCRIPT", "KILL");
    await blocked;
    // The kill takes effect at the script's next look around.
    await eventually(async () => (await server.call("PING")) === "PONG");
    expect(await state(server)).toEqual(["string", 0]);
  });

  test.each<[string, string[][], string]>([
    ["OOM", [["CONFIG", "SET", "maxmemory", "1"]], "TARGET_BUSY"],
    ["MISCONF or NOREPLICAS", [["CONFIG", "SET", "min-replicas-to-write", "3"]], "TARGET_BUSY"],
    ["READONLY", [["REPLICAOF", "127.0.0.1", "1"]], "TARGET_BUSY"],
  ])("%s is a condition: nothing is applied and it can be tried again", async (_, change, code) => {
    await using server = await RedisServer.start();
    const writer = await open(server);
    writer.submit(unit(1, "SET n 1"));
    await writer.drain(never);
    for (const [command, ...words] of change) await server.call(command!, ...words);
    writer.submit({ ...unit(2, "INCR n"), explain: () => "what the login needs" });
    writer.submit(unit(3, "INCR n"));
    const error = await failure(writer);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain("what the login needs");
    expect([await server.call("GET", "n"), String(await server.call("GET", KEY)).includes(" offset=1 ")]).toEqual(["1", true]);
  });

  test("a command that the target does not know rejects the unit, naming the command and no argument", async () => {
    await using server = await RedisServer.start();
    const writer = await open(server);
    writer.submit(unit(1, "SET n 1"));
    writer.submit(unit(2, "INCR n", "hocus secretkey secretvalue"));
    const error = await failure(writer);
    expect(error).toMatchObject({ code: "TARGET_REJECTED", details: { command: "HOCUS" } });
    expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/secret/);
    expect(await server.call("GET", "n")).toBe("1");
  });

  test("an error inside EXEC is told with command, error and bytes; the rest of the unit is there", async () => {
    await using server = await RedisServer.start();
    const seen: unknown[] = [];
    const writer = await open(server, {
      events: {
        onDivergence: ({ index, command, error, bytes, checkpoint, explanation }) => {
          seen.push({ index, command, error, bytes: bytes?.toString(), offset: checkpoint.offset, explanation });
          return undefined;
        },
      },
    });
    const failing = encodeCommand("lpush", "n", "secret");
    writer.submit({
      db: 1,
      pieces: [
        encodeCommand("SET", "n", 1),
        failing.subarray(0, 9),
        failing.subarray(9),
        encodeCommand("INCR", "n"),
        encodeCommand("SADD", "n", 1),
      ],
      commands: 4,
      checkpoint: at(7),
      explain: (index) => `command ${index}`,
    });
    await writer.drain(never);
    const error = "WRONGTYPE Operation against a key holding the wrong kind of value";
    expect(seen).toEqual([
      { index: 1, command: "LPUSH", error, bytes: failing.toString(), offset: 7n, explanation: "command 1" },
      { index: 3, command: "SADD", error, bytes: encodeCommand("SADD", "n", 1).toString(), offset: 7n, explanation: "command 3" },
    ]);
    const strict = await open(server, { expected: String(await server.call("GET", KEY)) });
    strict.submit(unit(8, "LPUSH z 1", "INCR z"));
    expect(await failure(strict)).toMatchObject({ code: "TARGET_REJECTED", details: { command: "INCR", error } });
    writer.close();
  });

  test("answers with arrays in arrays and errors in scripts' arrays are read to their end", async () => {
    await using server = await RedisServer.start();
    const writer = await open(server);
    const script = "return {1,{2,{redis.error_reply('MY own'),'x'}},redis.error_reply('ERR in array'),false}";
    writer.submit({ ...unit(1), pieces: [encodeCommand("EVAL", script, 0), encodeCommand("INCR", "n")], commands: 2 });
    writer.submit(unit(2, "INCR n"));
    await writer.drain(never);
    expect(await server.call("GET", "n")).toBe("2");
    writer.close();
  });

  test("a unit in parts commits at its end, and not at all when the writer leaves before", async () => {
    await using server = await RedisServer.start();
    const writer = await open(server);
    writer.begin();
    const big = encodeCommand("SET", "big", Buffer.alloc(3_000_000, "b"));
    for (let from = 0; from < big.length; from += 100_000) {
      writer.append([big.subarray(from, from + 100_000)], from + 100_000 >= big.length ? 1 : 0);
      await writer.ready(never);
    }
    expect(await server.call("EXISTS", "big")).toBe(0);
    writer.append([encodeCommand("SELECT", 2), encodeCommand("INCR", "n")], 2);
    writer.commit(at(1), 2);
    await writer.drain(never);
    expect(await server.call("STRLEN", "big")).toBe(3_000_000);
    writer.begin();
    writer.append([encodeCommand("INCR", "m")], 1);
    writer.close();
    await eventually(async () => !String(await server.call("CLIENT", "LIST")).includes("multi=1"));
    expect(await server.call("EXISTS", "m")).toBe(0);
  });

  test("ready waits while too much is in flight and a silent target ends the writer", async () => {
    await using server = await RedisServer.start();
    const writer = await open(server, { stallMs: 300 });
    server.pause();
    try {
      writer.submit(unit(1, `SET a ${"x".repeat(600_000)}`));
      expect(writer.full).toBe(true);
      await expect(writer.ready(never)).rejects.toMatchObject({ code: "TARGET_CONNECTION" });
    } finally {
      server.resume();
    }
  });

  test("APPLIED_ONCE: two writers race on one target and every unit is applied exactly once", async () => {
    await using server = await RedisServer.start();
    let applied = 0;
    const race = async (token: string) => {
      for (let round = 0; round < 15; round++) {
        const expected = String((await server.call("GET", KEY)) ?? "");
        const from = Number(/offset=(\d+)/.exec(expected)?.[1] ?? 0);
        const writer = await open(server, { token, expected, events: { onCommit: () => applied++ } }).catch((error: GatewayError) => error);
        if (!(writer instanceof UnitWriter)) continue;
        try {
          for (let step = 1; step <= 20; step++) {
            writer.submit(unit(from + step, `RPUSH l ${from + step}`));
            if (step % 5 === 0) await writer.drain(never);
          }
        } catch (error) {
          expect(["CHECKPOINT_CONFLICT", "TARGET_BUSY"]).toContain((error as GatewayError).code);
        }
        writer.close();
      }
    };
    await Promise.all([race("1".repeat(16)), race("2".repeat(16))]);
    const list = (await server.call("LRANGE", "l", "0", "-1")) as string[];
    expect(list).toEqual(Array.from({ length: list.length }, (_, index) => `${index + 1}`));
    expect(applied).toBeGreaterThan(0);
    expect(list.length).toBeGreaterThanOrEqual(applied);
    expect(await server.call("GET", KEY)).toContain(` offset=${list.length} `);
  });
});
