-- A coordinator's results: forgets those before `acknowledged`, an absolute
-- count, and returns up to `most` of the rest without destroying them.
-- KEYS done base jobs removed
-- ARGV job acknowledged most ttl_ms
-- Returns {base, result...}, base being the absolute count before the first
-- result; {-1} if the job is not known (any more), {-2} if somebody removed it.
local done, base, jobs, removed = unpack(KEYS)
local job = ARGV[1]
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if redis.call('EXISTS', removed) == 1 then return {-2} end
local expires = redis.call('ZSCORE', jobs, job)
if not expires then return {-1} end

-- Trimming comes first: after it, a full Redis allows the rest.
local from = tonumber(redis.call('GET', base) or 0)
local ack = math.max(tonumber(ARGV[2]), from)
if ack > from then
  redis.call('LTRIM', done, ack - from, -1)
  redis.call('SET', base, ack)
end
if expires - now < ARGV[4] * 0.9 then
  redis.call('LTRIM', done, 0, -1)
  redis.call('ZADD', jobs, now + ARGV[4], job)
end
local results = redis.call('LRANGE', done, 0, ARGV[3] - 1)
table.insert(results, 1, ack)
return results
