/**
 * The commands of the workload. Keys are named by what they hold, so that no command meets a wrong type: `w:list:3`. Most change what
 * is there rather than replace it, and collections are cut back so that a long load does not grow without end.
 */
import type { Random } from "./random.ts";

export type Command = readonly [name: string, ...args: (string | number | Buffer)[]];
export type Operation = {
  readonly make: (random: Random) => Command /** Oldest Redis that knows it, e.g. 6.2. */;
  readonly since?: number;
};

const LIBRARY = "workload";
export const WORKLOAD_FUNCTIONS = `#!lua name=${LIBRARY}
redis.register_function('workload_move', function(keys, args)
  local moved = redis.call('SPOP', keys[1])
  if moved then redis.call('RPUSH', keys[2], moved) end
  redis.call('INCRBY', keys[3], args[1])
  return moved
end)`;

const LUA_BUMP = `
local length = redis.call('RPUSH', KEYS[1], ARGV[1])
if length > 200 then redis.call('LTRIM', KEYS[1], -100, -1) end
return redis.call('HINCRBY', KEYS[2], ARGV[1], 1)`;
const LUA_RANDOM = `
local time = redis.call('TIME')
local gone = redis.call('SPOP', KEYS[1], 2)
redis.call('SET', KEYS[2], time[1] .. time[2] .. #gone)
return #gone`;

const KEYS_PER_KIND = 60;
const GROUPS = ["g1", "g2"] as const;
const CONSUMERS = ["c1", "c2", "c3"] as const;

type Kind = "text" | "int" | "float" | "bits" | "list" | "set" | "hash" | "zset" | "geo" | "stream" | "hll" | "fading" | "lasting" | "any";

const key = (kind: Kind, random: Random): string => `w:${kind}:${random.between(1, KEYS_PER_KIND)}`;
const member = (random: Random): string => `m${random.between(1, 300)}`;
const value = (random: Random): string | Buffer => {
  if (random.chance(0.01)) return random.text(random.between(1_000, 60_000));
  return random.chance(0.1) ? random.bytes(random.between(0, 60)) : random.text(random.between(0, 60));
};
/**
 * Long after the test, however long it is. A writable target also expires by its own clock: what the source rescues or moves on in the
 * last moment (PERSIST, a new TTL, a copy) is gone there if it comes late. So only keys that nobody rescues or reads get a short TTL.
 */
const DAY_MS = 86_400_000;
const ttlMs = (random: Random): number => random.between(DAY_MS, 3 * DAY_MS);
const shortTtlMs = (random: Random): number => (random.chance(0.5) ? random.between(1, 3_000) : ttlMs(random));
const id = "*";

/** `weight` repeats an operation, for it is picked evenly. */
function op(make: Operation["make"], options: { readonly weight?: number; readonly since?: number } = {}): readonly Operation[] {
  const { weight = 1, since = 0 } = options;
  return Array.from({ length: weight }, () => ({ make, since }));
}

const strings = [
  op((r) => ["SET", key("text", r), value(r)], { weight: 8 }),
  op((r) => ["SET", key("fading", r), value(r), "PX", shortTtlMs(r)], { weight: 3 }),
  op((r) => ["SET", key("lasting", r), value(r), "EX", Math.ceil(ttlMs(r) / 1_000)], { weight: 3 }),
  op((r) => ["SET", key("lasting", r), value(r), "KEEPTTL"]),
  op((r) => ["SET", key("text", r), value(r), "NX"]),
  op((r) => ["SETEX", key("fading", r), Math.ceil(shortTtlMs(r) / 1_000), value(r)]),
  op((r) => ["MSET", key("text", r), value(r), key("text", r), value(r)], { weight: 2 }),
  op((r) => ["GETSET", key("text", r), value(r)]),
  op((r) => ["GETDEL", key("text", r)], { since: 6.2 }),
  op((r) => ["GETEX", key("lasting", r), "PX", ttlMs(r)], { since: 6.2 }),
  op((r) => ["GETEX", key("lasting", r), "PERSIST"], { since: 6.2 }),
  op((r) => ["APPEND", key("text", r), member(r)], { weight: 4 }),
  op((r) => ["SETRANGE", key("text", r), r.between(0, 80), member(r)], { weight: 2 }),
  op((r) => ["INCR", key("int", r)], { weight: 8 }),
  op((r) => ["INCRBY", key("int", r), r.between(-50, 50)], { weight: 2 }),
  op((r) => ["INCRBYFLOAT", key("float", r), (r.next() * 10 - 5).toFixed(6)], { weight: 4 }),
  op((r) => ["SETBIT", key("bits", r), r.between(0, 4_000), r.between(0, 1)], { weight: 2 }),
  op(
    (r) => ["BITFIELD", key("bits", r), "INCRBY", "u8", `#${r.between(0, 60)}`, r.between(1, 9), "OVERFLOW", "SAT", "INCRBY", "i16", 32, 7],
    { weight: 2 },
  ),
  op((r) => ["BITOP", "XOR", key("bits", r), key("bits", r), key("bits", r)]),
];

const lists = [
  op((r) => ["LPUSH", key("list", r), member(r), value(r)], { weight: 5 }),
  op((r) => ["RPUSH", key("list", r), value(r)], { weight: 5 }),
  op((r) => ["LPOP", key("list", r)], { weight: 3 }),
  op((r) => ["RPOP", key("list", r)], { weight: 3 }),
  op((r) => ["LMOVE", key("list", r), key("list", r), "LEFT", "RIGHT"], { weight: 2, since: 6.2 }),
  op((r) => ["RPOPLPUSH", key("list", r), key("list", r)]),
  op((r) => ["LINSERT", key("list", r), "BEFORE", member(r), "inserted"]),
  op((r) => ["LREM", key("list", r), 1, member(r)]),
  op((r) => ["LTRIM", key("list", r), 0, 150], { weight: 2 }),
  op((r) => ["SORT", key("set", r), "ALPHA", "STORE", key("list", r)]),
];

const sets = [
  op((r) => ["SADD", key("set", r), member(r), member(r), member(r)], { weight: 5 }),
  op((r) => ["SADD", key("set", r), r.between(-9_000, 9_000)]),
  op((r) => ["SREM", key("set", r), member(r)]),
  op((r) => ["SPOP", key("set", r)], { weight: 3 }),
  op((r) => ["SPOP", key("set", r), 3]),
  op((r) => ["SMOVE", key("set", r), key("set", r), member(r)]),
  op((r) => ["SUNIONSTORE", key("set", r), key("set", r), key("set", r)]),
  op((r) => ["SINTERSTORE", key("set", r), key("set", r), key("set", r)]),
  op((r) => ["PFADD", key("hll", r), member(r), member(r)], { weight: 3 }),
  op((r) => ["PFMERGE", key("hll", r), key("hll", r)]),
  op((r) => ["PFCOUNT", key("hll", r)]),
];

const maps = [
  op((r) => ["HSET", key("hash", r), member(r), value(r)], { weight: 5 }),
  op((r) => ["HINCRBY", key("hash", r), `n${r.between(1, 9)}`, r.between(-9, 9)], { weight: 4 }),
  op((r) => ["HINCRBYFLOAT", key("hash", r), `f${r.between(1, 9)}`, (r.next() * 3).toFixed(5)], { weight: 2 }),
  op((r) => ["HDEL", key("hash", r), member(r)], { weight: 2 }),
  op((r) => ["HSETNX", key("hash", r), member(r), value(r)]),
  op((r) => ["ZADD", key("zset", r), r.next() * 1_000, member(r), r.between(-9, 9), member(r)], { weight: 5 }),
  op((r) => ["ZADD", key("zset", r), "GT", "CH", r.between(0, 999), member(r)], { since: 6.2 }),
  op((r) => ["ZINCRBY", key("zset", r), (r.next() * 10).toFixed(4), member(r)], { weight: 4 }),
  op((r) => ["ZPOPMIN", key("zset", r)], { weight: 3 }),
  op((r) => ["ZREM", key("zset", r), member(r)]),
  op((r) => ["ZREMRANGEBYRANK", key("zset", r), 100, -1]),
  op((r) => ["ZUNIONSTORE", key("zset", r), 2, key("zset", r), key("zset", r)]),
  op((r) => ["ZRANGESTORE", key("zset", r), key("zset", r), 0, 20], { since: 6.2 }),
  op((r) => ["GEOADD", key("geo", r), r.next() * 300 - 150, r.next() * 160 - 80, member(r)], { weight: 2 }),
  op((r) => ["GEOSEARCHSTORE", key("geo", r), key("geo", r), "FROMLONLAT", 10, 20, "BYRADIUS", 8_000, "km"], { since: 6.2 }),
];

const streams = [
  op((r) => ["XADD", key("stream", r), id, "field", member(r)], { weight: 5 }),
  op((r) => ["XADD", key("stream", r), "MAXLEN", "~", 100, id, "field", value(r), "n", 1], { weight: 2 }),
  op((r) => ["XGROUP", "CREATE", key("stream", r), r.pick(GROUPS), "0", "MKSTREAM"]),
  op((r) => ["XREADGROUP", "GROUP", r.pick(GROUPS), r.pick(CONSUMERS), "COUNT", 3, "STREAMS", key("stream", r), ">"], { weight: 4 }),
  op((r) => ["XREADGROUP", "GROUP", r.pick(GROUPS), r.pick(CONSUMERS), "COUNT", 2, "NOACK", "STREAMS", key("stream", r), ">"]),
  op((r) => ["EVAL", LUA_ACK, 1, key("stream", r), r.pick(GROUPS)], { weight: 2 }),
  op((r) => ["XAUTOCLAIM", key("stream", r), r.pick(GROUPS), r.pick(CONSUMERS), 50, "0", "COUNT", 3], { since: 6.2 }),
  op((r) => ["XGROUP", "DELCONSUMER", key("stream", r), r.pick(GROUPS), "c3"]),
  op((r) => ["XGROUP", "SETID", key("stream", r), r.pick(GROUPS), "$"]),
  op((r) => ["XTRIM", key("stream", r), "MAXLEN", 80]),
];

/** XACK and XDEL of what is pending: the ids are known only to the server. */
const LUA_ACK = `
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', 3)
if pending.err then return 0 end
for i, entry in ipairs(pending) do
  redis.call('XACK', KEYS[1], ARGV[1], entry[1])
  if i == 3 then redis.call('XDEL', KEYS[1], entry[1]) end
end
return #pending`;

const MOVED_KINDS = ["text", "list", "set", "hash", "zset", "stream"] as const;

const keyspace = [
  op((r) => ["DEL", key(r.pick(MOVED_KINDS), r), key("any", r)]),
  op((r) => ["UNLINK", key(r.pick(MOVED_KINDS), r)]),
  op((r) => renamed("RENAME", r), { weight: 2 }),
  op((r) => [...renamed("COPY", r), "REPLACE"], { weight: 2, since: 6.2 }),
  op((r) => [...renamed("COPY", r), "DB", r.pick([1, 2]), "REPLACE"], { since: 6.2 }),
  op((r) => ["MOVE", key("any", r), r.pick([1, 2])]),
  op((r) => ["EXPIRE", key("lasting", r), Math.ceil(ttlMs(r) / 1_000)], { weight: 2 }),
  op((r) => ["PEXPIREAT", key("lasting", r), Math.round(Date.now() + ttlMs(r))], { weight: 2 }),
  op((r) => ["PEXPIRE", key(r.pick(MOVED_KINDS), r), ttlMs(r)]),
  op((r) => ["PERSIST", key("lasting", r)], { weight: 2 }),
  op((r) => ["PUBLISH", `channel:${r.between(1, 5)}`, value(r)], { weight: 2 }),
  op((r) => ["EVAL", LUA_BUMP, 2, key("list", r), key("hash", r), `n${r.between(1, 9)}`], { weight: 3 }),
  op((r) => ["EVAL", LUA_RANDOM, 2, key("set", r), key("any", r)], { weight: 2 }),
  op((r) => ["FCALL", "workload_move", 3, key("set", r), key("list", r), key("int", r), r.between(1, 9)], { weight: 3, since: 7 }),
];

function renamed(name: string, random: Random): Command {
  const kind = random.pick(MOVED_KINDS);
  return [name, key(kind, random), key(kind, random)];
}

export const OPERATIONS: readonly Operation[] = [strings, lists, sets, maps, streams, keyspace].flat(2);
