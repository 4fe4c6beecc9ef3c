/** A small data set with every type and encoding that the server knows. Deterministic but for stream delivery times. */

const LONG = "a value that is too long for a packed encoding, because it has more than sixty-four bytes";
const FAR = 4_102_444_800_000; // 2100-01-01: TTLs that do not end during a test

/** @param {number} count @param {(index: number) => (string | number)[]} make */
const many = (count, make) => Array.from({ length: count }, (_, index) => make(index)).flat();

/** [database, command, arguments…]; what a server does not know is left out by `fillEveryType`. */
const COMMANDS = [
  [0, "SET", "string:text", "hello"],
  [0, "SET", "string:empty", ""],
  [0, "SET", "string:binary", Buffer.from([0, 13, 10, 255, 0, 128])],
  [0, "SET", "string:int8", "-7"],
  [0, "SET", "string:int16", "12345"],
  [0, "SET", "string:int32", "-123456789"],
  [0, "SET", "string:int64", "1234567890123"],
  [0, "SET", "string:lzf", "compressible ".repeat(60)],
  [0, "SET", "4711", "a key that is stored as an integer"],
  [0, "SET", `a key that compresses ${"again and ".repeat(20)}`, "x"],
  [0, "SET", Buffer.from([0xff, 0x00, 0x0a]), "a binary key"],
  [0, "SET", "string:ttl", "x", "PX", 86_400_000],
  [0, "PEXPIREAT", "string:ttl", FAR],
  [0, "RPUSH", "list:small", "a", "b", 1, 2, -3, 70_000, 5_000_000_000],
  [0, "RPUSH", "list:plain", "x".repeat(9_000)],
  [0, "RPUSH", "list:nodes", ...many(60, (index) => [`${index} ${LONG} ${LONG}${index}`])],
  [0, "SADD", "set:intset16", 1, 2, 300],
  [0, "SADD", "set:intset64", 1, 5_000_000_000],
  [0, "SADD", "set:small", "a", "b", 3],
  [0, "SADD", "set:table", "a", LONG],
  [0, "HSET", "hash:small", "f", "v", "n", 1],
  [0, "HSET", "hash:table", "f", LONG, "g", "x"],
  [0, "ZADD", "zset:small", 1, "a", 2.5, "b", "-inf", "c"],
  [0, "ZADD", "zset:skiplist", 1, "a", "+inf", LONG, 0.1, "z"],
  [0, "GEOADD", "geo", 13.361389, 38.115556, "Palermo", 15.087269, 37.502669, "Catania"],
  [0, "PFADD", "hll:sparse", ...many(50, (index) => [index])],
  [0, "SETBIT", "bitmap", 10_000, 1],
  ...Array.from({ length: 8 }, (_, index) => [0, "XADD", "stream", `${index + 1}-1`, "field", index, "same", "x"]),
  [0, "XADD", "stream", "20-0", "other", "fields"],
  [0, "XDEL", "stream", "3-1"],
  [0, "XGROUP", "CREATE", "stream", "group", "0"],
  [0, "XGROUP", "CREATE", "stream", "idle", "$"],
  [0, "XREADGROUP", "GROUP", "group", "alice", "COUNT", 3, "STREAMS", "stream", ">"],
  [0, "XREADGROUP", "GROUP", "group", "bob", "COUNT", 2, "STREAMS", "stream", ">"],
  [0, "XACK", "stream", "group", "1-1"],
  [0, "XGROUP", "CREATECONSUMER", "stream", "group", "carol"],
  [0, "XADD", "stream:empty", "1-1", "f", "v"],
  [0, "XDEL", "stream:empty", "1-1"],
  [0, "XADD", "stream:idempotent", "IDMP", "producer", "first", "*", "f", "v"],
  [0, "HSET", "hash:field-ttl", "f", "v", "g", "w"],
  [0, "HPEXPIREAT", "hash:field-ttl", FAR, "FIELDS", 1, "f"],
  [0, "HSET", "hash:table-field-ttl", "f", LONG, "g", "w"],
  [0, "HPEXPIREAT", "hash:table-field-ttl", FAR, "FIELDS", 1, "g"],
  [0, "VADD", "vectors", "VALUES", 3, 0.1, 0.2, 0.3, "element"],
  [3, "SET", "string:text", "another database"],
  [3, "HSET", "hash:ttl", "f", "v"],
  [3, "PEXPIREAT", "hash:ttl", FAR],
  [15, "SET", "last", "database"],
  [0, "FUNCTION", "LOAD", "#!lua name=adder\nredis.register_function('add_one', function(keys, args) return args[1] + 1 end)"],
];

/**
 * @param {import("ioredis").Redis} client
 * @returns {Promise<void>}
 */
export async function fillEveryType(client) {
  for (const [db, command, ...args] of COMMANDS) {
    await client.call("SELECT", String(db));
    await client.call(String(command), ...args.map((arg) => (Buffer.isBuffer(arg) ? arg : String(arg)))).catch((error) => {
      if (!/unknown (sub)?command|IDMP|Invalid stream ID/i.test(error.message)) throw new Error(`${command}: ${error.message}`);
    });
  }
  await client.call("SELECT", "0");
}

/**
 * Every key with its DUMP: what converged servers agree on.
 * @param {import("ioredis").Redis} client
 * @returns {Promise<{ db: number, key: Buffer, dump: Buffer, expireAtMs: number }[]>}
 */
export async function dumpEverything(client) {
  const entries = [];
  for (const db of await filledDatabases(client)) {
    await client.call("SELECT", `${db}`);
    const keys = /** @type {Buffer[]} */ (await client.callBuffer("KEYS", "*"));
    for (const key of keys.sort(Buffer.compare)) {
      const dump = /** @type {Buffer} */ (await client.callBuffer("DUMP", key));
      entries.push({ db, key, dump, expireAtMs: await expiryOf(client, key) });
    }
  }
  await client.call("SELECT", "0");
  return entries;
}

/**
 * Milliseconds since 1970, 0 without expiry. Servers before 7.0 tell only what is left: exact for whole seconds.
 * @param {import("ioredis").Redis} client
 * @param {Buffer} key
 */
async function expiryOf(client, key) {
  const exact = Number(await client.call("PEXPIRETIME", key).catch(() => Number.NaN));
  if (!Number.isNaN(exact)) return Math.max(0, exact);
  const ttl = Number(await client.call("PTTL", key));
  return ttl < 0 ? 0 : Math.round((Date.now() + ttl) / 1000) * 1000;
}

/** @param {import("ioredis").Redis} client */
async function filledDatabases(client) {
  const text = String(await client.call("INFO", "keyspace"));
  return Array.from(text.matchAll(/^db(\d+):/gm), (match) => Number(match[1]));
}
