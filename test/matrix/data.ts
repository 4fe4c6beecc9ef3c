/** What a source holds before the sync, and what only some servers can write afterwards. */
import type { Redis } from "ioredis";
import { loadEveryType } from "../support/dataset.ts";
import { fillEveryType } from "../support/rdb-dataset.mjs";
import { loadStreams } from "../support/stream-shapes.ts";

const KEYS = 2_000;
const FAR = 4_102_444_800_000;

/** Every type and encoding that the server has. */
export async function fillSource(client: Redis): Promise<void> {
  await loadEveryType(client, { keys: KEYS });
  await fillEveryType(client);
  await loadStreams(client, { seed: 1, streams: 30 });
}

/** Commands of servers after 6.0 that the common load does not know; each server takes those that it has. */
export async function writeNewTypes(client: Redis): Promise<void> {
  for (const command of COMMANDS) {
    const [name, ...args] = command.map(String);
    await client.call(name!, ...args).catch((error: Error) => {
      if (!/unknown (sub)?command|syntax error|wrong number of arguments|IDMP|Invalid stream ID|unsupported/i.test(error.message)) {
        throw new Error(`${name}: ${error.message}`);
      }
    });
  }
  for (const key of RESTORED) {
    const payload = await client.callBuffer("DUMP", key);
    if (payload !== null) await client.call("RESTORE", `${key}:restored`, FAR, payload as Buffer, "REPLACE", "ABSTTL");
  }
}

/** Copied by RESTORE, whose payload then stands in the stream. */
const RESTORED = ["n:string", "n:list", "n:zset:b", "n:hash", "n:stream"];

const COMMANDS: readonly (readonly (string | number)[])[] = [
  ["SET", "n:string", "1"],
  ["SET", "n:string", "2", "IFEQ", "1"],
  ["MSETEX", 2, "n:multi:1", "a", "n:multi:2", "b", "PXAT", FAR],
  ["RPUSH", "n:list", "a", "b", "c", "d", "e"],
  ["LMPOP", 1, "n:list", "LEFT", "COUNT", 2],
  ["RPOP", "n:list", 2],
  ["ZADD", "n:zset", 1, "a", 2, "b", 3, "c"],
  ["ZMPOP", 1, "n:zset", "MIN", "COUNT", 2],
  ["ZADD", "n:zset:b", 1, "a", 2, "b"],
  ["ZDIFFSTORE", "n:diff", 2, "n:zset:b", "n:zset"],
  ["HSET", "n:hash", "f", 1, "g", 2, "h", 3],
  ["HPEXPIREAT", "n:hash", FAR, "FIELDS", 2, "f", "g"],
  ["HPERSIST", "n:hash", "FIELDS", 1, "g"],
  ["HINCRBYFLOAT", "n:hash", "h", "1.5"],
  ["HSETEX", "n:hash", "PXAT", FAR, "FIELDS", 1, "i", 4],
  ["HGETDEL", "n:hash", "FIELDS", 1, "h"],
  ["VADD", "n:vectors", "VALUES", 3, 0.1, 0.2, 0.3, "element"],
  ["XADD", "n:stream", "1-1", "f", "v"],
  ["XADD", "n:stream", "2-1", "f", "v"],
  ["XADD", "n:stream", "IDMP", "producer", "first", "*", "f", "v"],
  ["XADD", "n:stream", "IDMP", "producer", "first", "*", "f", "v"],
  ["XADD", "n:stream", "NOMKSTREAM", "MINID", "=", "2-0", "18446744073709551000-1", "f", "v"],
  ["XGROUP", "CREATE", "n:stream", "g", "0"],
  ["XGROUP", "CREATECONSUMER", "n:stream", "g", "c"],
  ["XREADGROUP", "GROUP", "g", "c", "COUNT", 2, "STREAMS", "n:stream", ">"],
  ["XACKDEL", "n:stream", "g", "KEEPREF", "IDS", 1, "2-1"],
  ["XDELEX", "n:stream", "IDS", 1, "2-1"],
  ["XSETID", "n:stream", "18446744073709551000-9", "ENTRIESADDED", 7, "MAXDELETEDID", "3-3"],
  // What becomes of what a group waits for (8.2): each of the two with each way to trim.
  ...Array.from({ length: 9 }, (_, index) => ["XADD", "n:trimmed", `${index + 1}-1`, "f", "v"]),
  ["XGROUP", "CREATE", "n:trimmed", "g", "0"],
  ["XREADGROUP", "GROUP", "g", "c", "COUNT", 8, "STREAMS", "n:trimmed", ">"],
  ["XADD", "n:trimmed", "KEEPREF", "MAXLEN", "=", 9, "10-1", "f", "v"],
  ["XADD", "n:trimmed", "DELREF", "MAXLEN", "=", 9, "11-1", "f", "v"],
  ["XADD", "n:trimmed", "NOMKSTREAM", "MINID", "=", "4-0", "DELREF", "12-1", "f", "v"],
  ["XADD", "n:trimmed", "KEEPREF", "MAXLEN", "~", 8, "LIMIT", 100, "13-1", "f", "v"],
  ["XTRIM", "n:trimmed", "MINID", "5-1", "KEEPREF"],
  ["XTRIM", "n:trimmed", "MAXLEN", "=", 7, "DELREF"],
];
