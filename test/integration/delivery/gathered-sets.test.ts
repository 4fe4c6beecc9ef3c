/** Plain SETs that travel as one MSET, on real servers: what they leave, what subscribers hear, and what is said when the target refuses one. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { checkpointKey } from "../../../src/delivery/write/target/checkpoint.ts";
import { encodeCommand, type Word } from "../../../src/resp/encode.ts";
import { Offset } from "../../../src/stream/position.ts";
import { compareServers } from "../../support/digest.ts";
import { eventually } from "../../support/eventually.ts";
import { checkLedgers, Ledger, ledgerKeys } from "../../support/ledger.ts";
import { Random } from "../../support/random.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { applied, commands, Running } from "./running.ts";
import { StubHistory, StubLog } from "./stub-log.ts";

const KEY = checkpointKey(new StubLog().stream);
const FAR = 4102444800000;

/** What keys of any type and with expiries meet: mostly runs of plain SETs, and each id of the ledger between two of them. */
function someCommands(random: Random, ledger: readonly (readonly Word[])[]): readonly (readonly Word[])[] {
  const key = () => (random.chance(0.03) ? "" : `k:${random.between(1, 40)}`);
  const value = () => (random.chance(0.1) ? random.bytes(random.between(0, 6_000)) : random.text(random.between(0, 60)));
  const set = (): Word[] => [random.pick(["SET", "set"]), key(), value()];
  const others: readonly (() => Word[])[] = [
    () => ["SET", key(), value(), "KEEPTTL"],
    () => ["PEXPIREAT", key(), FAR + random.between(0, 9)],
    () => ["DEL", key()],
    () => ["MSET", key(), value(), key(), value()],
    () => ["SELECT", random.between(0, 2)],
  ];
  const made: (readonly Word[])[] = ledger.flatMap((command) => [...Array.from({ length: random.between(0, 9) }, set), command]);
  for (let left = random.between(1, 4); left > 0; left--) {
    // DEL first: what the key held may be of another type.
    const other = key();
    made.push(...Array.from({ length: random.between(0, 12) }, set), random.pick(others)(), ["DEL", other], ["RPUSH", other, "x"]);
  }
  return made;
}

/** Resolves once the server has run all of it. */
async function runDirectly(server: RedisServer, stream: Buffer): Promise<void> {
  const socket = connect(server.port, server.host);
  const end = encodeCommand("ECHO", "the end of it");
  let text = "";
  const over = new Promise<void>((resolve) => {
    socket.on("data", (chunk) => {
      text = (text + chunk.toString("latin1")).slice(-200);
      if (text.endsWith("the end of it\r\n")) resolve();
    });
  });
  socket.end(Buffer.concat([stream, end]));
  await over;
  await once(socket, "close");
}

/** Every event of keys that are not the gateway's, in order. */
async function eventsOf(server: RedisServer): Promise<readonly string[]> {
  await server.call("CONFIG", "SET", "notify-keyspace-events", "KEA");
  const client: Redis = server.client();
  const events: string[] = [];
  client.on("pmessage", (_, channel: string, key: string) => {
    if (!key.startsWith("causeway:")) events.push(`${channel} ${key}`);
  });
  await client.psubscribe("__keyevent@*__:*");
  return events;
}

test("APPLIED_ONCE: every key is what the stream's own commands leave, the ledger has each id once, whatever connections are cut", async () => {
  await using direct = await RedisServer.start();
  await using target = await RedisServer.start();
  const history = new StubHistory();
  const journal = new StubLog(history);
  await using delivery = new Running(journal, target, { guardMs: 60_000 });
  await applied(journal);
  const [expected, heard] = [await eventsOf(direct), await eventsOf(target)];
  const random = new Random(11);
  const ledger = new Ledger("w");
  const { counter, list, stream: ids, set } = ledgerKeys("w");
  const pieces: Buffer[] = [];
  for (let round = 0; round < 60; round++) {
    const id = ledger.add(target.client().pipeline());
    const entries: readonly (readonly Word[])[] = [
      ["INCR", counter],
      ["RPUSH", list, id],
      ["XADD", ids, `${id}-1`, "id", id],
      ["SADD", set, id],
    ];
    const made = [["SELECT", 0], ...someCommands(random, entries)];
    const whole = random.chance(0.3) ? [["MULTI"], ...made, ["EXEC"]] : made;
    const stream = Buffer.concat(whole.map((words) => encodeCommand(...words)));
    pieces.push(stream);
    // In records that end anywhere.
    for (let from = 0; from < stream.length; ) {
      const to = Math.min(stream.length, from + random.between(1, 8_000));
      history.write(stream.subarray(from, to));
      from = to;
    }
    if (round % 12 === 7) await target.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    else await new Promise(setImmediate);
  }
  await runDirectly(direct, Buffer.concat(pieces));
  await applied(journal);
  expect((await compareServers(direct.client(), target.client())).mismatches).toEqual([]);
  expect(await checkLedgers(target.client(), [ledger])).toEqual([]);
  expect(String(await target.call("INFO", "commandstats"))).toMatch(/cmdstat_mset:calls=\d{2}/);
  await eventually(() => expect(heard.length).toBe(expected.length));
  expect(heard).toEqual(expected);
  expect(delivery.codes.every((code) => code === "TARGET_CONNECTION")).toBe(true);
});

test("what is counted are the stream's commands, whatever they travel as", async () => {
  await using target = await RedisServer.start();
  const history = new StubHistory();
  const journal = new StubLog(history);
  await using delivery = new Running(journal, target);
  await applied(journal);
  history.write(commands("MULTI", ...Array.from({ length: 1_200 }, (_, index) => `SET k:${index} v`), "EXEC", "INCR n"));
  await applied(journal);
  expect(delivery.stats.commands).toBe(1_201);
  expect(await target.call("INFO", "commandstats")).toContain("cmdstat_mset:calls=3");
});

const sets = (count: number) => commands(...Array.from({ length: count }, (_, index) => `SET secret:${index} hidden`));

test.each([
  ["the command", ["-mset"], ["+mset"]],
  ["a key", ["resetkeys", "~causeway:*", "~secret:0", "~n"], ["~*"]],
])(
  "a login that may not use %s: nothing is applied, the SETs are named by their offset, and they are there once it may",
  async (_, less, more) => {
    await using target = await RedisServer.start();
    const history = new StubHistory({ start: 500n });
    const journal = new StubLog(history);
    await using delivery = new Running(journal, target);
    await applied(journal);
    await target.call("ACL", "SETUSER", "default", ...less);
    const from = history.write(commands("INCR n"));
    await applied(journal);
    history.write(sets(20));
    expect(await delivery.halted()).toBe("TARGET_REFUSED");
    const { message } = delivery.stats.lastError!;
    expect(message).toContain("the target refused MSET: NOPERM");
    expect(message).toContain(`(20 SETs of the stream, from offset ${from} on, which travel as one)`);
    expect(message).not.toMatch(/secret:1|hidden/);
    await target.call("ACL", "SETUSER", "default", ...more);
    expect(await target.call("DBSIZE")).toBe(2);
    await using again = new Running(journal, target);
    await applied(journal);
    expect([await target.call("DBSIZE"), await target.call("GET", "n"), again.codes]).toEqual([22, "1", []]);
  },
);

test("a full target stalls SETs that travel as one, and goes on by itself", async () => {
  await using target = await RedisServer.start();
  const history = new StubHistory();
  const journal = new StubLog(history);
  await using delivery = new Running(journal, target);
  await applied(journal);
  await target.call("CONFIG", "SET", "maxmemory", "1");
  history.write(sets(20));
  await eventually(() => delivery.codes.includes("TARGET_BUSY"));
  expect(delivery.stats.lastError!.message).toContain("the target cannot take writes now: OOM");
  expect(delivery.stats.conditions.get("OOM")).toBeGreaterThan(0);
  expect(await target.call("DBSIZE")).toBe(1);
  await target.call("CONFIG", "SET", "maxmemory", "0");
  await applied(journal);
  expect(await target.call("DBSIZE")).toBe(21);
  expect(String(await target.call("GET", KEY))).toContain(` offset=${Offset.plus(history.start, sets(20).length)} `);
});
