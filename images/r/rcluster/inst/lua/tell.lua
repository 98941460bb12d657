-- Tells a job's coordinator something at once; nothing if too much waits for it
-- already, or if the job has ended.
-- KEYS jobs news wake
-- ARGV job most bytes
-- Returns 1 if it was told.
local jobs, news, wake = unpack(KEYS)
local waiting = redis.call('LLEN', news)
if waiting >= tonumber(ARGV[2]) or not redis.call('ZSCORE', jobs, ARGV[1]) then
  return 0
end
redis.call('RPUSH', news, ARGV[3])
if waiting == 0 and redis.call('LLEN', wake) < 10 then
  redis.call('RPUSH', wake, 'news')
end
return 1
