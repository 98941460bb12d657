-- Removes a job: what waits, what is known of it, its results and its values.
-- A worker that still runs one of its blocks has its result refused.
-- KEYS todo task jobs seen limits clients loops done base wake kills env
--   blobs news
-- ARGV job block...
local todo, task, jobs, seen, limits, clients, loops = unpack(KEYS)
local job = ARGV[1]
redis.call('ZREM', jobs, job)
redis.call('HDEL', seen, job, job .. ':finish')
redis.call('HDEL', limits, job)
redis.call('HDEL', loops, job)
redis.call('HDEL', clients, 'job:' .. job)
for i = 2, #ARGV do
  local member = job .. '/' .. ARGV[i]
  redis.call('ZREM', todo, member)
  redis.call('HDEL', task, member)
end
for i = 8, #KEYS do redis.call('UNLINK', KEYS[i]) end
return 1
