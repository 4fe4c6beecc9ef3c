/** What a promotion asks the target: the expiry of each key in milliseconds since 1970; -1 without one, -2 without a key. */

export const EXPIRY_SCRIPT = `
local out = {}
for i, key in ipairs(KEYS) do out[i] = redis.call('PEXPIRETIME', key) end
return out`;

/** Before 7.0 a server only tells what is left; when no millisecond passed around the question, the sum is exact. */
export const EXPIRY_SCRIPT_BEFORE_7 = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local out = {}
for i, key in ipairs(KEYS) do
  repeat
    local before = now()
    local left = redis.call('PTTL', key)
    local settled = before == now()
    out[i] = left < 0 and left or before + left
  until settled
end
return out`;
