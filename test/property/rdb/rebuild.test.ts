/** A value that is rebuilt by commands equals the value that RESTORE or the master made, whatever its type and encoding. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DumpPayloads, dumpPayload } from "../../../src/rdb/dump-payload.ts";
import { ValueType } from "../../../src/rdb/opcodes.ts";
import { RdbParser } from "../../../src/rdb/parser.ts";
import { loadEveryType } from "../../support/dataset.ts";
import { compareServers } from "../../support/digest.ts";
import { rebuildAll } from "../../support/rebuild-commands.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { loadStreams } from "../../support/stream-shapes.ts";
import { entriesOf, FIXTURES, parseChunks, readFixture } from "../../unit/rdb/fixtures.ts";

/** The server of the tests; whatever it is, it has what 7.0 has. */
const SERVER = FIXTURES["redis-7.0"]!;

async function snapshotOf(server: RedisServer) {
  await server.call("SAVE");
  const file = await readFile(join(server.dir, "dump.rdb"));
  const parser = new RdbParser();
  parser.feed(file);
  parser.next();
  return { entries: entriesOf(parseChunks([file])), format: parser.format! };
}

test.each([
  [1, 3],
  [2, 40],
  [3, undefined],
])("random keyspaces of every type and encoding (seed %i, %s pending entries held)", async (seed, pendingHeld) => {
  await using master = await RedisServer.start();
  // Small limits make large encodings of small data.
  const limits = ["hash", "zset"].flatMap((type) => [`--${type}-max-listpack-entries`, seed === 2 ? "0" : "64"]);
  await using other = await RedisServer.start({ args: limits });
  if (seed === 2) for (const at of [0, 2]) await master.call("CONFIG", "SET", limits[at]!.slice(2), "0");
  await loadEveryType(master.client(), { keys: 3_000, seed });
  await loadStreams(master.client(), { seed, streams: 60 });
  const { entries, format } = await snapshotOf(master);
  expect(await rebuildAll(other.client(), entries, { format, server: SERVER, ...(pendingHeld && { pendingHeld }) })).toEqual([]);
  const { mismatches, keys } = await compareServers(master.client(), other.client());
  // Function libraries are no keys.
  expect(mismatches.filter(({ key }) => !key.startsWith("function library"))).toEqual([]);
  expect(keys).toBe(entries.length);
});

describe("what this server can also RESTORE, of every server that wrote an RDB", () => {
  test.each(Object.keys(FIXTURES))("%s", async (name) => {
    await using restored = await RedisServer.start();
    await using rebuilt = await RedisServer.start();
    const { rdb } = readFixture(name);
    const parser = new RdbParser();
    parser.feed(rdb);
    parser.next();
    const format = parser.format!;
    const payloads = new DumpPayloads(format, SERVER);
    const entries = entriesOf(parseChunks([rdb])).filter((entry) => {
      return entry.type !== ValueType.module2 && payloads.accepts(entry.type);
    });
    expect(entries.length).toBeGreaterThan(10);
    const client = restored.client();
    for (const entry of entries) {
      await client.select(entry.db);
      await client.call("RESTORE", entry.key, `${entry.expireAtMs ?? 0n}`, dumpPayload(entry, payloads), "ABSTTL");
    }
    const left = await rebuildAll(rebuilt.client(), entries, { format, server: SERVER });
    expect(left).toEqual([]);
    expect((await compareServers(client, rebuilt.client())).mismatches).toEqual([]);
  });
});
