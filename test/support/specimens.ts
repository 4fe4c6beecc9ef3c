/** One of each encoding and edge that a data set should hold: large, empty, binary, extreme. Part of dataset.ts. */
import type { Redis } from "ioredis";
import type { Random } from "./random.ts";
import { versionOf } from "./server-version.ts";

type Value = string | number | Buffer;

const FUNCTIONS = `#!lua name=dataset
redis.register_function('dataset_touch', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
redis.register_function{function_name='dataset_read', callback=function(keys) return redis.call('GET', keys[1]) end, flags={'no-writes'}}`;

/** Returns the number of keys written. */
export async function loadSpecimens(client: Redis, random: Random): Promise<number> {
  const pipeline = client.pipeline();
  const keys = new Set<string>();
  const add = (name: string, key: Value, ...args: Value[]) => {
    keys.add(Buffer.from(key as string).toString("hex"));
    pipeline.call(name, key, ...args);
  };
  pipeline.select(0);
  const more: Add = (name, ...args) => pipeline.call(name, ...args);
  strings(add, more, random);
  collections(add, random);
  streams(add, more, random, (await versionOf(client)).redis);
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  await loadFunctions(client);
  return keys.size;
}

type Add = (name: string, key: Value, ...args: Value[]) => unknown;

function strings(add: Add, more: Add, random: Random): void {
  add("SET", "", "the empty key");
  add("SET", "empty value", "");
  add("SET", Buffer.from([0, 1, 2, 13, 10, 36, 42, 255]), Buffer.from("*1\r\n$4\r\nPING\r\n"));
  add("SET", Buffer.alloc(600, "k"), "a long name");
  for (const number of ["0", "-1", "127", "128", "-32768", "2147483647", "-2147483649", "9223372036854775807", "-9223372036854775808"]) {
    add("SET", `number ${number}`, number);
  }
  add("SET", "not quite a number", "+1");
  add("SET", "beyond a number", "9223372036854775808");
  add("SET", "embedded", "x".repeat(44));
  add("SET", "raw", "x".repeat(45));
  add("SET", "compressible", "abcdefgh".repeat(400_000));
  add("SET", "incompressible", random.bytes(2_000_000));
  add("SETBIT", "sparse bitmap", 8_000_000, 1);
  add("INCRBYFLOAT", "float", "3.0e3");
  add("INCRBYFLOAT", "tiny float", "0.00000000000000017");
  for (let index = 0; index < 40; index++) add("PFADD", "dense log", ...Array.from({ length: 500 }, (_, at) => `${index}/${at}`));
  add("PFADD", "sparse log", "a", "b", "c");
  add("SET", "expires late", "1");
  more("PEXPIREAT", "expires late", 9_999_999_999_999);
  add("SET", "expires in a week", "1", "EX", 604_800);
}

function collections(add: Add, random: Random): void {
  const names = (count: number, width: number) =>
    Array.from({ length: count }, (_, index) => `${random.between(0, 999)}-${index}`.padEnd(width, "."));
  add("RPUSH", "listpack list", "a", "", 1, -5, 70_000, "9223372036854775807", Buffer.from([0, 255]));
  for (let index = 0; index < 10; index++) add("RPUSH", "quicklist", ...names(500, 60));
  add("RPUSH", "list of large", random.bytes(100_000), "x".repeat(20_000), "between", random.bytes(9_000));
  add("SADD", "intset 16", ...Array.from({ length: 100 }, (_, index) => index * 3 - 100));
  add("SADD", "intset 32", 1, 70_000, -70_000);
  add("SADD", "intset 64", 1, "5000000000", "-9223372036854775808");
  add("SADD", "listpack set", "a", "", "1", Buffer.from([0, 255]));
  add("SADD", "table set", ...names(2_000, 10));
  add("SADD", "set of large", "x".repeat(5_000), random.bytes(5_000));
  add("HSET", "listpack hash", "field", "value", "", "empty field", "empty value", "", Buffer.from([1, 0]), Buffer.from([0, 1]));
  add("HSET", "table hash", ...names(2_000, 12));
  add("HSET", "hash of large", "field", "x".repeat(70_000), "y".repeat(200), "small");
  add(
    "ZADD",
    "listpack zset",
    "-inf",
    "low",
    "+inf",
    "high",
    0,
    "zero",
    "-0",
    "minus zero",
    "1e-300",
    "tiny",
    "0.1",
    "tenth",
    3,
    "",
    3,
    "same",
  );
  add("ZADD", "skiplist", ...names(1_500, 20).flatMap((name) => [random.next() * 1e9 - 5e8, name]));
  add("ZADD", "zset of large", 1, "z".repeat(300), 2, random.bytes(300));
  add("GEOADD", "cities", 13.4, 52.5, "Berlin", -74, 40.7, "New York", 139.7, 35.7, "Tokyo");
}

function streams(add: Add, more: Add, random: Random, version: number): void {
  for (let entry = 1; entry <= 3_000; entry++) {
    const fields = entry % 7 === 0 ? ["other", random.text(40), "second", `${entry}`] : ["id", `${entry}`, "text", random.text(30)];
    add("XADD", "stream of nodes", `${1_700_000_000_000 + entry * 3}-${entry % 5}`, ...fields);
  }
  for (let entry = 5; entry <= 500; entry += 5) more("XDEL", "stream of nodes", `${1_700_000_000_000 + entry * 3}-${entry % 5}`);
  more("XGROUP", "CREATE", "stream of nodes", "slow", "0");
  more("XGROUP", "CREATE", "stream of nodes", "new", "$");
  if (version >= 6.2) more("XGROUP", "CREATECONSUMER", "stream of nodes", "new", "idle");
  for (const consumer of ["one", "two", "one"])
    more("XREADGROUP", "GROUP", "slow", consumer, "COUNT", 150, "STREAMS", "stream of nodes", ">");
  for (let entry = 6; entry <= 60; entry += 6) more("XACK", "stream of nodes", "slow", `${1_700_000_000_000 + entry * 3}-${entry % 5}`);
  // A pending entry that is no longer in the stream.
  more("XDEL", "stream of nodes", `${1_700_000_000_000 + 7 * 3}-2`);
  add("XGROUP", "CREATE", "empty stream", "group", "$", "MKSTREAM");
  add("XADD", "emptied stream", "5-5", "field", "value");
  more("XDEL", "emptied stream", "5-5");
  more("XADD", "trimmed stream", "MAXLEN", 10, "1-1", "f", "v");
  for (let entry = 2; entry < 40; entry++) add("XADD", "trimmed stream", "MAXLEN", 10, `${entry}-1`, "f", `${entry}`);
  add("XADD", "last id", "18446744073709551615-18446744073709551614", "f", "");
}

async function loadFunctions(client: Redis): Promise<void> {
  await client.call("FUNCTION", "LOAD", "REPLACE", FUNCTIONS).catch((error: Error) => {
    // Before 7.0 there are none.
    if (!error.message.toLowerCase().includes("unknown command")) throw error;
  });
}
