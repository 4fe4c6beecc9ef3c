/** What compareServers runs in each server. Both only read. */

/** 1 or 0 per key. */
export const EXISTS_SCRIPT = `
local out = {}
for i, key in ipairs(KEYS) do out[i] = redis.call('EXISTS', key) end
return out`;

/**
 * "type sha1 expiry" per key; expiry is absolute in milliseconds, -1 for none. ARGV: "absolute" where PEXPIRETIME is known, else "relative";
 * "entries-read" where XREADGROUP replicates that of its group; "stream-memory" where streams have it; "field-expiry" where fields of hashes do; by how
 * much later fields expire here than they should, in milliseconds.
 * Every part is hashed with its length before it, so that ["ab","c"] and ["a","bc"] differ. Members of sets and fields of hashes are
 * hashed one by one and the hashes sorted: Lua's order of strings is the locale's, and only for such plain text the same everywhere.
 */
export const DIGEST_SCRIPT = `
local call, sha = redis.call, redis.sha1hex
local concat, sort, format = table.concat, table.sort, string.format

local function sequence(items)
  local parts = {}
  for i, item in ipairs(items) do
    parts[2 * i - 1] = #item
    parts[2 * i] = item
  end
  return concat(parts, ':')
end

local function unordered(items, width)
  local parts = {}
  for i = 1, #items, width do
    local item = items[i]
    if width == 2 then item = #item .. ':' .. item .. items[i + 1] end
    parts[#parts + 1] = sha(item)
  end
  sort(parts)
  return concat(parts)
end

local function nested(value)
  if type(value) ~= 'table' then
    local text = tostring(value)
    return #text .. ':' .. text
  end
  local parts = {}
  for i, item in ipairs(value) do parts[i] = nested(item) end
  return '(' .. concat(parts) .. ')'
end

local function fields(flat)
  local map = {}
  for i = 1, #flat, 2 do map[flat[i]] = flat[i + 1] end
  return map
end

-- When a consumer was last seen and how the radix tree is laid out are each server's own; so is entries-read in versions that do not replicate it.
local function stream(key)
  local info = fields(call('XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'))
  local parts = { nested(info['entries']), info['last-generated-id'] }
  if ARGV[3] == 'stream-memory' then
    parts[3] = info['max-deleted-entry-id'] or ''
    parts[4] = info['entries-added'] or ''
  end
  for _, flat in ipairs(info['groups']) do
    local group = fields(flat)
    parts[#parts + 1] = nested({ group['name'], group['last-delivered-id'], ARGV[2] == 'entries-read' and group['entries-read'] or '', group['pending'] })
    for _, consumer in ipairs(group['consumers']) do
      local one = fields(consumer)
      parts[#parts + 1] = nested({ one['name'], one['pending'] })
    end
  end
  return concat(parts, ';')
end

local readers = {
  string = function(key) return call('GET', key) end,
  list = function(key) return sequence(call('LRANGE', key, 0, -1)) end,
  set = function(key) return unordered(call('SMEMBERS', key), 1) end,
  hash = function(key)
    local flat = call('HGETALL', key)
    if ARGV[4] ~= 'field-expiry' then return unordered(flat, 2) end
    for at = 1, #flat, 2000 do
      local names = {}
      for i = at, math.min(at + 1999, #flat), 2 do names[#names + 1] = flat[i] end
      local times = call('HPEXPIRETIME', key, 'FIELDS', #names, unpack(names))
      for i, time in ipairs(times) do
        if time > 0 then time = time - tonumber(ARGV[5]) end
        flat[at + 2 * i - 1] = flat[at + 2 * i - 1] .. ':' .. format('%.0f', time)
      end
    end
    return unordered(flat, 2)
  end,
  zset = function(key)
    local flat = call('ZRANGE', key, 0, -1, 'WITHSCORES')
    -- Versions write the same number in different ways.
    for i = 2, #flat, 2 do flat[i] = format('%.17g', tonumber(flat[i])) end
    return sequence(flat)
  end,
  stream = stream,
  -- Its graph is built at random; what it holds is not.
  vectorset = function(key)
    local found = call('VRANDMEMBER', key, call('VCARD', key))
    local parts = {}
    for i, name in ipairs(found) do parts[i] = sha(nested({ name, nested(call('VEMB', key, name)), call('VGETATTR', key, name) or '' })) end
    sort(parts)
    return call('VDIM', key) .. concat(parts)
  end,
}

local now
local function expiry(key)
  if ARGV[1] == 'absolute' then return call('PEXPIRETIME', key) end
  local left = call('PTTL', key)
  if left < 0 then return left end
  if not now then
    local time = call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return now + left
end

local out = {}
for i, key in ipairs(KEYS) do
  local kind = call('TYPE', key)['ok']
  if kind == 'none' then
    out[i] = 'none'
  else
    local reader = readers[kind] or function(name) return call('DUMP', name) end
    out[i] = kind .. ' ' .. sha(reader(key)) .. ' ' .. format('%.0f', expiry(key))
  end
end
return out`;
