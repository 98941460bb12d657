-- Puts blocks of a job into the queue, once: a call repeated with the same
-- sequence number changes nothing. Returns {-1} if the job is not known.
--
-- Order is start-time fair queueing (Goyal, Vin and Cheng, 1996): each block
-- gets a virtual start time, a job's blocks are 1/weight apart, and workers
-- take the smallest. Jobs thus take turns, whatever their number of blocks.
-- With 0 for a weight blocks go ahead of all others: they were lost before.
-- KEYS todo task jobs seen clock bell idle
-- ARGV job sequence weight (block payload)...
local todo, task, jobs, seen, clock, bell, idle = unpack(KEYS)
local job, seq = ARGV[1], tonumber(ARGV[2])
if not redis.call('ZSCORE', jobs, job) then return {-1} end
if tonumber(redis.call('HGET', seen, job) or 0) >= seq then return {0} end

local finish = tonumber(redis.call('HGET', seen, job .. ':finish') or 0)
finish = math.max(finish, tonumber(redis.call('GET', clock) or 0))
local weight = tonumber(ARGV[3])
local step = weight > 0 and 1 / weight
local count = (#ARGV - 3) / 2
for i = 4, #ARGV, 2 do
  local member = job .. '/' .. ARGV[i]
  finish = finish + (step or 0)
  local start = step and string.format('%.17g', finish) or 0
  redis.call('HSET', task, member, ARGV[i + 1])
  redis.call('ZADD', todo, start, member)
end
redis.call('HSET', seen, job, seq, job .. ':finish',
  string.format('%.17g', finish))

local wake = math.min(count, redis.call('ZCARD', idle))
for _ = redis.call('LLEN', bell) + 1, wake do redis.call('RPUSH', bell, '1') end
return {count}
