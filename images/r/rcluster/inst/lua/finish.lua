-- Removes a job: what waits, what is known of it, its results and its values.
-- A worker that still runs one of its blocks has its result refused.
-- KEYS todo task jobs seen kills limits clients done base wake env blobs
--   news
-- ARGV job block...
local todo, task, jobs, seen, kills, limits, clients = unpack(KEYS)
local job = ARGV[1]
redis.call('ZREM', jobs, job)
redis.call('HDEL', seen, job, job .. ':finish')
redis.call('HDEL', limits, job)
redis.call('HDEL', clients, 'job:' .. job)
for i = 2, #ARGV do
  local member = job .. '/' .. ARGV[i]
  redis.call('ZREM', todo, member)
  redis.call('HDEL', task, member)
  redis.call('HDEL', kills, member)
end
for i = 8, #KEYS do redis.call('UNLINK', KEYS[i]) end
return 1
