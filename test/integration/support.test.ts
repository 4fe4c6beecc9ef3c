/** The data set, the load and the comparison, held against the one pair that must agree: a master and its native replica. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadEveryType } from "../support/dataset.ts";
import { compareServers } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { checkLedgers } from "../support/ledger.ts";
import { Random } from "../support/random.ts";
import { RedisServer } from "../support/redis-server.ts";
import { Workload } from "../support/workload.ts";
import { OPERATIONS } from "../support/workload-operations.ts";

const KEYS = 20_000;
let master: RedisServer;
let replica: RedisServer;

beforeAll(async () => {
  master = await RedisServer.start();
  replica = await RedisServer.start({ args: ["--replicaof", `${master.host} ${master.port}`, "--repl-diskless-load", "disabled"] });
  await eventually(async () => (await replica.info("master_link_status")) === "up");
});
afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await master[Symbol.asyncDispose]();
});

async function caughtUp(): Promise<void> {
  const offset = await master.info("master_repl_offset");
  await eventually(async () => Number(await replica.info("slave_repl_offset")) >= Number(offset), { what: "the replica's offset" });
}

test("the data set has every encoding and reaches a replica whole", async () => {
  const client = master.client();
  const dataset = await loadEveryType(client, { keys: KEYS });
  expect(dataset).toEqual({ keys: KEYS, databases: [0, 1, 7, 15] });
  const specimens: Readonly<Record<string, string>> = {
    "number 127": "int",
    embedded: "embstr",
    raw: "raw",
    "listpack list": "quicklist",
    "intset 64": "intset",
    "listpack set": "hashtable",
    "table set": "hashtable",
    "listpack hash": "listpack",
    "table hash": "hashtable",
    "listpack zset": "listpack",
    skiplist: "skiplist",
    "stream of nodes": "stream",
  };
  const encodings = await Promise.all(Object.keys(specimens).map((key) => client.object("ENCODING", key)));
  expect(Object.fromEntries(Object.keys(specimens).map((key, index) => [key, encodings[index]]))).toEqual(specimens);
  await caughtUp();
  const comparison = await compareServers(client, replica.client());
  expect(comparison).toEqual({ keys: KEYS, databases: [0, 1, 7, 15], mismatchCount: 0, mismatches: [] });
});

test("the workload forgives nothing and reaches a replica whole; its ledgers hold on both", async () => {
  const client = master.client();
  const workload = await Workload.start(client, { writers: 2, commandsPerSecond: 20_000, seed: 7 });
  await eventually(() => workload.stats.commands > 20_000, { timeoutMs: 30_000, what: "20,000 commands" });
  await workload.stop();
  await caughtUp();
  const comparison = await compareServers(client, replica.client());
  expect(comparison.mismatches).toEqual([]);
  expect(comparison.keys).toBeGreaterThan(KEYS);
  for (const server of [client, replica.client()]) expect(await checkLedgers(server, workload.ledgers)).toEqual([]);
  // Refusals come only from commands that found nothing to act on: no command of the load is a mistake.
  const expected =
    /^(ERR no such key|BUSYGROUP|NOGROUP|ERR source and destination|ERR could not decode|ERR The XGROUP subcommand|EXECABORT)/;
  expect(Object.keys(workload.stats.errors).filter((text) => !expected.test(text))).toEqual([]);
});

test("every command of the workload was carried out at least once", async () => {
  const client = master.client();
  const stats = await client.info("commandstats");
  const names = new Set(OPERATIONS.map(({ make }) => make(new Random(1))[0].toLowerCase()));
  for (const name of ["flushdb", "swapdb", "select", "multi", "exec", "discard"]) names.add(name);
  const unused = [...names].filter((name) => {
    const line = new RegExp(`^cmdstat_${name}(\\|\\w+)?:calls=(\\d+).*,failed_calls=(\\d+)`, "m").exec(stats);
    return line === null || Number(line[2]) === Number(line[3]);
  });
  expect(unused).toEqual([]);
});
