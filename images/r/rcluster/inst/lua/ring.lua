-- Wakes idle workers for blocks that came back.
-- KEYS todo idle bell
local todo, idle, bell = unpack(KEYS)
local wake = math.min(redis.call('ZCARD', todo), redis.call('ZCARD', idle))
for _ = redis.call('LLEN', bell) + 1, wake do redis.call('RPUSH', bell, '1') end
return wake
