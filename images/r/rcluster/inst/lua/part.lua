-- Keeps a part of a large value of a job, unless the job has ended.
-- KEYS jobs blobs
-- A third key is the part's own.
-- ARGV job bytes
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('SADD', KEYS[2], KEYS[3])
redis.call('SET', KEYS[3], ARGV[2])
return 1
