-- Which supervisor looks for the dead: the one that did so before, for as long
-- as it goes on.
-- KEYS reaper alive held jobs
-- ARGV supervisor milliseconds
-- Returns {1 if it is this one, workers, tasks under way and jobs}
local reaper, alive, held, jobs = unpack(KEYS)
local holder = redis.call('GET', reaper)
local mine = not holder or holder == ARGV[1]
if mine then redis.call('SET', reaper, ARGV[1], 'PX', ARGV[2]) end
return {
  mine and 1 or 0, redis.call('ZCARD', alive),
  redis.call('HLEN', held) + redis.call('ZCARD', jobs)
}
