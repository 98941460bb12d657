-- Counts the death of a worker, its container and all, against the block that
-- it ran, wherever that block is now; after `most` deaths the task fails. A call
-- that is repeated counts once.
--
-- A block of several iterations is left alone: it is sent again in parts anyway.
-- KEYS todo task jobs kills done wake
-- ARGV member worker detail most
local todo, task, jobs, kills, done, wake = unpack(KEYS)
local member, worker = ARGV[1], ARGV[2]
local job, block = string.match(member, '^(.*)/([^/]*)$')
if string.sub(block, -1) == '+' or redis.call('HEXISTS', task, member) == 0
  or not redis.call('ZSCORE', jobs, job) then
  return 0
end
if redis.call('HSETNX', kills, member .. ' ' .. worker, 1) == 0 then return 0 end
local deaths = redis.call('HINCRBY', kills, member, 1)
if deaths < tonumber(ARGV[4]) then return deaths end
redis.call('RPUSH', done, block .. ' failed ' .. ARGV[3])
if redis.call('LLEN', wake) == 0 then redis.call('RPUSH', wake, '1') end
redis.call('HDEL', task, member)
redis.call('ZREM', todo, member)
return deaths
