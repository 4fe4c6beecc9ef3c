/**
 * A data set as one finds it: mostly small strings and packed collections, some large ones, every fifth key with an expiry. The server makes
 * it itself, by a script, from a seed: nothing travels, and the same number of keys is the same data set on every machine.
 */
import type { Redis } from "ioredis";
import { RedisServer } from "../../support/redis-server.ts";

const KEYS_PER_CALL = 5_000;

/**
 * ARGV: first and last key, and a seed. Of a hundred keys 60 are strings (a tenth of them integers), 14 hashes, 8 lists, 8 sets (half of
 * them of integers), 8 sorted sets, 2 streams with a group; one of some thousands is a collection of 1,000 elements, which is not packed.
 */
const FILL = `
local call, random = redis.call, math.random
math.randomseed(ARGV[3] + ARGV[1])
local words = { 'order', 'customer', 'berlin', 'pending', 'premium', 'invoice', 'status', 'shipped', 'tokyo', 'basket' }
local function hex() return string.format('%08x', random(0, 2147483646)) end
local parts = {}
for at = 1, 4000 do parts[at] = '{"' .. words[random(#words)] .. '":"' .. hex() .. '"}' end
local pool = table.concat(parts)
local function text(length)
  local from = random(#pool - length)
  return string.sub(pool, from, from + length - 1)
end
local function items(count, make)
  local out = {}
  for at = 1, count do make(out, at) end
  return out
end
local makers = {
  string = function(key, index) call('SET', key, index % 10 == 0 and random(1000000000) or text(random(20, 300))) end,
  hash = function(key, _, many) call('HSET', key, unpack(items(many or random(3, 12), function(out, at)
    out[2 * at - 1] = words[random(#words)] .. at
    out[2 * at] = text(random(4, 40))
  end))) end,
  list = function(key, _, many) call('RPUSH', key, unpack(items(many or random(1, 20), function(out, at) out[at] = text(random(10, 60)) end))) end,
  set = function(key, index, many) call('SADD', key, unpack(items(many or random(2, 20), function(out, at)
    out[at] = index % 2 == 0 and random(1000000) or hex()
  end))) end,
  zset = function(key, _, many) call('ZADD', key, unpack(items(many or random(2, 20), function(out, at)
    out[2 * at - 1] = random()
    out[2 * at] = 'member:' .. hex()
  end))) end,
  stream = function(key)
    for at = 1, random(2, 8) do call('XADD', key, at .. '-0', 'event', words[random(#words)], 'body', text(40)) end
    call('XGROUP', 'CREATE', key, 'readers', '0')
    call('XREADGROUP', 'GROUP', 'readers', 'one', 'COUNT', 1, 'STREAMS', key, '>')
  end,
}
local kinds = {}
for kind, share in pairs({ string = 60, hash = 14, list = 8, set = 8, zset = 8, stream = 2 }) do
  for at = 1, share do kinds[#kinds + 1] = kind end
end
table.sort(kinds)
for index = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local kind = kinds[index * 37 % 100 + 1]
  local key = kind .. ':' .. index
  makers[kind](key, index, index % 997 == 0 and 1000)
  if index % 5 == 0 then call('PEXPIREAT', key, 4000000000000 + random(1000000000)) end
end
return redis.status_reply('OK')`;

/** Adds keys 0 … `keys` - 1 to the client's database. */
async function fill(client: Redis, keys: number, seed = 1): Promise<void> {
  for (let first = 0; first < keys; first += KEYS_PER_CALL) {
    await client.eval(FILL, 0, first, Math.min(keys, first + KEYS_PER_CALL) - 1, seed);
  }
}

/** A master of its own that holds them. */
export async function startFilled(keys: number): Promise<RedisServer> {
  const master = await RedisServer.start({ args: ["--enable-debug-command", "yes"] });
  await fill(master.client(), keys);
  return master;
}
