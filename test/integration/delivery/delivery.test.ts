import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DeliveryOptions } from "../../../src/delivery/write/delivery-options.ts";
import { checkpointKey, formatCheckpoint } from "../../../src/delivery/write/target/checkpoint.ts";
import { Target } from "../../../src/delivery/write/target/target.ts";
import { GatewayError } from "../../../src/errors.ts";
import { HistoryId, Offset } from "../../../src/stream/position.ts";
import { eventually } from "../../support/eventually.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { applied, commands, Running } from "./running.ts";
import { REPLID, StubHistory, StubLog, stubSnapshot } from "./stub-log.ts";

const KEY = checkpointKey(new StubLog().stream);

describe("delivery", () => {
  test("loads the snapshot first, then applies records, and reports what the target has", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory({ start: 500n });
    const journal = new StubLog(history);
    history.write(commands("SELECT 1", "SET a 1", "PING"));
    await using delivery = new Running(journal, server);
    await applied(journal);
    history.write(commands("MULTI", "INCR a", "SELECT 0", "INCR b", "EXEC"));
    await applied(journal);
    expect(delivery.loads).toEqual([0]);
    expect(await server.call("GET", "b")).toBe("1");
    expect(String(await server.call("GET", KEY))).toContain(`streaming history=${history.id} offset=${history.tail.offset} db=0`);
    expect(delivery.stats.commands).toBe(3);
    await delivery.stop();
    history.write(commands("INCR b"));
    await using again = new Running(journal, server);
    await applied(journal);
    expect(again.loads).toEqual([]);
    expect(await server.call("GET", "b")).toBe("2");
  });

  test("SNAPSHOT_BEFORE_POSITION: a first snapshot is loaded while it arrives, and until it is whole the target says so", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory({ start: 500n });
    const journal = new StubLog();
    journal.arriving = history;
    let complete = () => {};
    const whole = new Promise<void>((resolve) => {
      complete = resolve;
    });
    await using delivery = new Running(journal, server, { loadSnapshot: () => whole });
    await eventually(() => delivery.stats.phase === "loading");
    expect(await server.call("GET", KEY)).toMatch(/^causeway\/1 loading /);
    expect(journal.applied).toBeUndefined();
    journal.become(history);
    complete();
    await applied(journal);
    expect(await server.call("GET", KEY)).toContain(` streaming history=${history.id} offset=500 `);
  });

  test("a delivery that has committed a unit comes back after the shortest pause; one that only claimed the target pauses longer and longer", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using delivery = new Running(journal, server);
    const lose = async () => {
      const lost = delivery.pauses.length;
      await eventually(() => delivery.stats.phase === "streaming");
      await server.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await eventually(() => delivery.pauses.length > lost);
    };
    await applied(journal);
    for (let round = 0; round < 3; round++) {
      await eventually(() => delivery.stats.phase === "streaming");
      history.write(commands("INCR a"));
      await applied(journal);
      await lose();
    }
    expect(Math.max(...delivery.pauses)).toBeLessThanOrEqual(250);
    await lose();
    await lose();
    expect(delivery.pauses[4]).toBeGreaterThanOrEqual(500);
  });

  test("a stream that only pings is applied without a unit for each ping", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using delivery = new Running(journal, server);
    for (let count = 0; count < 50; count++) {
      history.write(commands("PING"));
      await applied(journal);
    }
    expect(delivery.stats.units).toBeLessThan(20);
  });

  test("APPLIED_ONCE: whatever connections are cut at whatever moment, every effect is there exactly once", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using delivery = new Running(journal, server);
    await applied(journal);
    const rounds = 120;
    let written = 0;
    const killer = server.client();
    for (let round = 0; round < rounds; round++) {
      const lines: string[] = [];
      for (let index = 0; index < 100; index++) {
        written++;
        lines.push(`SELECT ${written % 3}`, "INCR n", `RPUSH l ${written}`, "MULTI", "APPEND a x", `XADD s ${written}-1 f v`, "EXEC");
      }
      history.write(commands(...lines));
      if (round % 10 === 5) await killer.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      else await new Promise(setImmediate);
    }
    await applied(journal);
    expect(delivery.codes.length).toBeGreaterThan(0);
    expect(new Set(delivery.codes)).toEqual(new Set(["TARGET_CONNECTION"]));
    const total = { n: 0, a: 0, s: 0 };
    const list: string[] = [];
    for (let db = 0; db < 3; db++) {
      const client = server.client({ db });
      total.n += Number(await client.get("n"));
      total.a += await client.strlen("a");
      total.s += await client.xlen("s");
      const part = await client.lrange("l", 0, -1);
      expect(part.map(Number)).toEqual([...part.map(Number)].sort((x, y) => x - y));
      list.push(...part);
    }
    expect(total).toEqual({ n: written, a: written, s: written });
    expect(new Set(list).size).toBe(written);
    expect(list).toHaveLength(written);
  });

  test("a transaction of several megabytes over OPEN records is one transaction on the target, also when cut in the middle", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using delivery = new Running(journal, server);
    await applied(journal);
    const value = "v".repeat(100_000);
    const stream = commands("INCR n", "MULTI", ...Array.from({ length: 40 }, () => `RPUSH big ${value}`), "EXEC", "INCR n");
    const pieces: Buffer[] = [];
    for (let from = 0; from < stream.length; from += 777_777) pieces.push(stream.subarray(from, from + 777_777));
    for (const [index, piece] of pieces.entries()) {
      if (index === 3) {
        await eventually(async () => String(await server.call("CLIENT", "LIST")).match(/multi=\d{2}/) !== null);
        expect(await server.call("EXISTS", "big")).toBe(0);
        await server.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
      history.write(piece);
    }
    await applied(journal);
    expect([await server.call("LLEN", "big"), await server.call("GET", "n")]).toEqual([40, "2"]);
    expect(delivery.codes).toContain("TARGET_CONNECTION");
  });

  test("FLUSHALL, FLUSHDB and SWAPDB of the stream leave the checkpoint right and no copy behind", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using _ = new Running(journal, server);
    for (const line of ["SET a 1", "SWAPDB 0 2", "INCR a", "FLUSHALL", "SET c 3", "SWAPDB 1 0", "SET d 4", "FLUSHDB"]) {
      history.write(commands(line));
      await applied(journal);
    }
    expect(await server.call("INFO", "keyspace")).toMatch(/db0:keys=1,.*\r\ndb1:keys=1,.*\r\n$/);
    expect(await server.call("GET", KEY)).toContain(` offset=${history.tail.offset} `);
  });

  test("a full target stalls the stream and goes on by itself", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using delivery = new Running(journal, server);
    await applied(journal);
    await server.call("CONFIG", "SET", "maxmemory", "1");
    history.write(commands("INCR n", "RPUSH l x"));
    await eventually(() => delivery.codes.includes("TARGET_BUSY"));
    expect(delivery.stats.conditions.get("OOM")).toBeGreaterThan(0);
    await server.call("CONFIG", "SET", "maxmemory", "0");
    await applied(journal);
    expect([await server.call("GET", "n"), await server.call("LLEN", "l")]).toEqual(["1", 1]);
  });

  test("a target that is demoted is waited for; a replica that was never ours is refused", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using delivery = new Running(journal, server);
    await applied(journal);
    await server.call("REPLICAOF", "127.0.0.1", "1");
    history.write(commands("INCR n"));
    await eventually(() => delivery.codes.filter((code) => code === "TARGET_BUSY").length >= 2);
    await server.call("REPLICAOF", "NO", "ONE");
    await applied(journal);
    expect(await server.call("GET", "n")).toBe("1");

    await using other = await RedisServer.start();
    await other.call("REPLICAOF", "127.0.0.1", "1");
    await using refused = new Running(new StubLog(new StubHistory()), other);
    expect(await refused.halted()).toBe("TARGET_REFUSED");
  });

  test("divergence halts, is marked in the target, and stays halted over a restart until adopted", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using delivery = new Running(journal, server);
    await applied(journal);
    await server.call("SET", "l", "local");
    history.write(commands("RPUSH l x"));
    expect(await delivery.halted()).toBe("TARGET_REJECTED");
    expect(delivery.stats.divergences).toBe(1);
    expect(await server.call("GET", KEY)).toContain("causeway/1 diverged ");
    await using again = new Running(journal, server);
    expect(await again.halted()).toBe("TARGET_REJECTED");
    await using adopted = new Running(journal, server, { adopt: true });
    await eventually(() => adopted.loads.length > 0);
    expect(adopted.loads).toEqual([0]);
  });

  test("with dead letters the stream goes on, and the letter holds the command for its owner alone", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using folder = await tempFolder("letters");
    const deadLetterFile = join(folder.path, "letters.jsonl");
    await using delivery = new Running(journal, server, { onDivergence: "dead-letter", deadLetterFile });
    await applied(journal);
    await server.call("SET", "l", "local");
    history.write(commands("INCR n", "RPUSH l x", "INCR n"));
    await applied(journal);
    expect(await server.call("GET", "n")).toBe("2");
    expect([delivery.stats.divergences, delivery.stats.deadLetters]).toEqual([1, 1]);
    const letter = JSON.parse(await readFile(deadLetterFile, "utf8"));
    expect(letter).toMatchObject({ stream: "us-east/0", command: "RPUSH", offset: String(history.tail.offset) });
    expect(Buffer.from(letter.bytes, "base64")).toEqual(commands("RPUSH l x"));
    expect((await stat(deadLetterFile)).mode & 0o777).toBe(0o600);
  });

  test("NEVER_SILENT: a dead letter that cannot be written halts the stream and marks the target, as if there were none", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    const deadLetterFile = join(server.dir, "a folder that is not there", "letters.jsonl");
    await using delivery = new Running(journal, server, { onDivergence: "dead-letter", deadLetterFile });
    await applied(journal);
    await server.call("SET", "l", "local");
    history.write(commands("RPUSH l x"));
    expect(await delivery.halted()).toBe("TARGET_REJECTED");
    expect([delivery.stats.divergences, delivery.stats.deadLetters]).toEqual([1, 0]);
    expect(await server.call("GET", KEY)).toContain("causeway/1 diverged ");
  });

  test("a checkpoint that disappears or belongs to another gateway halts", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using first = new Running(journal, server);
    await applied(journal);
    await server.call("DEL", KEY);
    history.write(commands("INCR n"));
    expect(await first.halted()).toBe("CHECKPOINT_LOST");
    expect(await server.call("EXISTS", "n")).toBe(0);

    await using second = new Running(journal, server);
    await applied(journal);
    await using third = new Running(journal, server);
    await eventually(() => third.stats.phase === "streaming");
    history.write(commands("INCR n"));
    const states = () => [second.state?.at, third.state?.at];
    await eventually(() => states().includes("halted"));
    await applied(journal);
    expect([...second.codes, ...third.codes]).toContain("CHECKPOINT_CONFLICT");
    expect(await server.call("GET", "n")).toBe("2");
  });

  test("a target with foreign keys in any database is refused unless adopted", async () => {
    await using server = await RedisServer.start();
    await server.client({ db: 7 }).set("foreign", "1");
    const journal = new StubLog(new StubHistory());
    await using refused = new Running(journal, server);
    expect(await refused.halted()).toBe("TARGET_NOT_EMPTY");
    expect(await server.call("DBSIZE")).toBe(0);
    await using adopted = new Running(journal, server, { adopt: true });
    await applied(journal);
    expect(adopted.loads).toEqual([0]);
    expect(await server.call("GET", KEY)).toContain("streaming");
  });

  test("a database that the target lacks is refused before the first write to it", async () => {
    await using server = await RedisServer.start({ args: ["--databases", "4"] });
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using delivery = new Running(journal, server);
    await applied(journal);
    history.write(commands("SELECT 4", "SET a 1"));
    expect(await delivery.halted()).toBe("TARGET_REFUSED");
    expect(await server.call("DBSIZE")).toBe(1);
  });

  test("databases are counted without CONFIG as well", async () => {
    await using server = await RedisServer.start({ args: ["--databases", "21"] });
    await server.call("ACL", "SETUSER", "poor", "on", ">pw", "~*", "&*", "+@all", "-config");
    const target = { host: server.host, port: server.port, username: "poor", password: "pw" };
    const opened = await Target.open(target);
    expect(opened.facts.databases).toBe(21);
    opened.close();
    await expect(Target.open({ ...target, password: "no" })).rejects.toMatchObject({ code: "TARGET_REFUSED" });
  });

  test("another history becomes current: its snapshot is loaded and its records follow", async () => {
    await using server = await RedisServer.start();
    const journal = new StubLog(new StubHistory());
    await using delivery = new Running(journal, server);
    await applied(journal);
    const next = new StubHistory({ id: "c".repeat(16), start: 77n });
    next.write(commands("SET a new"));
    journal.become(next);
    await applied(journal);
    expect(delivery.loads).toEqual([0, 0]);
    expect(await server.call("GET", "a")).toBe("new");
    expect(delivery.codes).toEqual([]);
  });

  test("an interrupted load goes on where its checkpoint says, but only with the same snapshot", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    const interrupted: DeliveryOptions["loadSnapshot"] = async ({ writer, checkpointAt }, signal) => {
      writer.submit({ db: 0, pieces: commandsOf("SET k v"), commands: 1, checkpoint: checkpointAt(12345) });
      await writer.drain(signal);
      throw new GatewayError("INVARIANT", "interrupted");
    };
    await using first = new Running(journal, server, { loadSnapshot: interrupted });
    await first.halted();
    await using second = new Running(journal, server);
    await applied(journal);
    expect(second.loads).toEqual([12345]);
    await second.stop();
    const text = formatCheckpoint({
      state: "loading",
      history: HistoryId.of(history.id),
      offset: Offset.of(0),
      db: 0,
      replid: REPLID,
      snapshotId: "2".repeat(16),
      rdbOffset: 99,
      writer: "3".repeat(16),
      readAtMs: 0,
      guardMs: 0,
    });
    await server.call("SET", KEY, text);
    await using third = new Running(journal, server);
    await eventually(() => third.loads.length > 0);
    expect(third.loads).toEqual([0]);
  });

  test("a journal that no longer holds what is wanted waits for a snapshot and loads it", async () => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using first = new Running(journal, server);
    await applied(journal);
    await first.stop();
    history.write(commands("SET a 1"));
    history.write(commands("SET a 2"));
    history.drop(1);
    history.snapshot = undefined;
    await using second = new Running(journal, server);
    await eventually(() => second.stats.phase === "waiting");
    history.snapshot = stubSnapshot(history.start, "9".repeat(16));
    journal.change();
    await applied(journal);
    expect(second.loads).toEqual([0]);
    expect(await server.call("GET", "a")).toBe("2");
  });
});

const commandsOf = (line: string) => [commands(line)];
