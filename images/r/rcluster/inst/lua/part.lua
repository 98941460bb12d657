-- Keeps a part of a large value, which a worker wrote with an expiry, for as long
-- as its job lives: the bytes themselves go through no script.
-- KEYS jobs blobs
-- A third key is the part's own.
-- ARGV job
-- Returns 1, 0 if the job has ended, or -1 if the part has expired meanwhile.
local jobs, blobs, part = unpack(KEYS)
if not redis.call('ZSCORE', jobs, ARGV[1]) then
  redis.call('UNLINK', part)
  return 0
end
redis.call('SADD', blobs, part)
redis.call('PERSIST', part)
return redis.call('EXISTS', part) == 1 and 1 or -1
