/** A module's value that the source RESTORE'd: only the target knows whether it takes it, and `onUnsupported` says what happens when not. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkpointKey } from "../../../src/delivery/write/target/checkpoint.ts";
import { DumpPayloads, dumpPayload } from "../../../src/rdb/dump-payload.ts";
import type { RdbEntry } from "../../../src/rdb/parser.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { makeRdb, rdbString } from "../../support/stored-snapshot.ts";
import { entriesOf, parseChunks } from "../../unit/rdb/fixtures.ts";
import { applied, commands, Running } from "./running.ts";
import { StubHistory, StubLog } from "./stub-log.ts";

const KEY = checkpointKey(new StubLog().stream);
const SERVER = { product: "redis", version: "7.0.15", versionNumber: 700 } as const;

/** Of a module that no server has: one string of so many bytes. */
function moduleRestore(key: string, bytes: number): Buffer {
  const text = bytes < 64 ? [bytes, Buffer.alloc(bytes, "x")] : [0x80, uint32(bytes), Buffer.alloc(bytes, "x")];
  const value = [7, rdbString(key), 0x81, Buffer.alloc(8, 9), 5, ...text, 0];
  const entry = entriesOf(parseChunks([makeRdb(value)]))[0] as RdbEntry;
  const payloads = new DumpPayloads({ family: "redis", version: 10 }, SERVER);
  return encodeCommand("RESTORE", key, "0", dumpPayload(entry, payloads), "REPLACE");
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function write(history: StubHistory, pieces: readonly Buffer[], cutBytes = Number.POSITIVE_INFINITY): void {
  const stream = Buffer.concat(pieces);
  for (let at = 0; at < stream.length; at += cutBytes) history.write(stream.subarray(at, at + cutBytes));
}

test.each([
  ["in a record with others", 10, Number.POSITIVE_INFINITY],
  ["over several records", 20_000, 7_000],
])("skip: it is left out by name, the key's old value with it, and the stream goes on: %s", async (_, bytes, cutBytes) => {
  await using server = await RedisServer.start();
  const history = new StubHistory();
  const journal = new StubLog(history);
  await using delivery = new Running(journal, server, { onUnsupported: "skip" });
  const restore = (key: string) => moduleRestore(key, bytes);
  const transaction = [commands("MULTI", "INCR b"), restore("old"), commands("INCR b", "EXEC")];
  write(history, [commands("SET old 1", "INCR a"), restore("new"), commands("INCR a"), ...transaction, commands("INCR a")], cutBytes);
  await applied(journal);
  expect(await server.client().mget("a", "b", "new", "old")).toEqual(["3", "2", null, null]);
  expect(Object.fromEntries(delivery.stats.unsupported)).toEqual({ "RESTORE: a module's value": 2 });
  const named = (await readFile(join(server.dir, "unsupported.jsonl"), "utf8")).trim().split("\n");
  expect(named.map((line) => Buffer.from(JSON.parse(line).key, "base64").toString())).toEqual(["new", "old"]);
  expect(delivery.stats.divergences).toBe(0);
  expect(delivery.codes).toEqual([]);
});

test("halt: nothing of it is sent, the target has not diverged, and `skip` goes on from there", async () => {
  await using server = await RedisServer.start();
  const history = new StubHistory();
  const journal = new StubLog(history);
  write(history, [commands("SET m older", "INCR a"), moduleRestore("m", 10), commands("INCR a")]);
  {
    await using delivery = new Running(journal, server);
    expect(await delivery.halted()).toBe("TARGET_UNSUPPORTED");
    expect(delivery.stats.lastError?.message).toContain("1 × RESTORE: a module's value");
    expect(await server.client().mget("a", "m")).toEqual(["1", "older"]);
    expect(await server.call("GET", KEY)).toMatch(/^causeway\/1 streaming /);
  }
  await using delivery = new Running(journal, server, { onUnsupported: "skip" });
  await applied(journal);
  expect(await server.client().mget("a", "m")).toEqual(["2", null]);
  expect(delivery.stats.divergences).toBe(0);
});
