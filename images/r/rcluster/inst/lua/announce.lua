-- Makes a job known. The first command frees memory, if anything, so that the
-- rest is done in a full Redis too.
-- KEYS jobs limits clients
-- ARGV job ttl_ms timeout_ms connection
local jobs, limits, clients = unpack(KEYS)
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('HDEL', limits, ARGV[1])
redis.call('ZADD', jobs, now + ARGV[2], ARGV[1])
if ARGV[3] ~= '0' then redis.call('HSET', limits, ARGV[1], ARGV[3]) end
redis.call('HSET', clients, 'job:' .. ARGV[1], ARGV[4])
return 1
