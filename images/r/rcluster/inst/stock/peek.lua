-- Shows a worker one of the first waiting blocks, which stays where it is; the
-- more workers there are, the further back, so that they seldom pick the same.
-- KEYS: the list, the workers' leases. ARGV: a number from 0 to below 1
-- Returns {} or {index, fingerprint, block}
if redis.call('TYPE', KEYS[1]).ok ~= 'list' then return {} end
local choice = math.min(redis.call('LLEN', KEYS[1]),
  math.max(1, redis.call('ZCARD', KEYS[2])))
local index = math.floor(choice * ARGV[1])
local block = redis.call('LINDEX', KEYS[1], index)
return {index, fingerprint(block), block}
