-- A supervisor's sign of life for its worker, and what to do with the task:
-- 'cancel' if its job is gone, 'timeout' if it has run for too long.
-- KEYS alive held jobs limits clients workers beat amnesty drain stock steps
--   rate
-- ARGV worker lease_ms client_id description
-- Returns {action, member, milliseconds since it was taken}; for a block of a
-- stock doRedis coordinator {'stock', its keys, 0}
local alive, held, jobs, limits, clients, workers, beat, amnesty, drain, stock,
  steps, rate = unpack(KEYS)
local worker, lease = ARGV[1], tonumber(ARGV[2])
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local others = redis.call('ZCARD', alive) > 0
redis.call('ZADD', alive, now + lease, worker)
redis.call('HSET', clients, worker, ARGV[3])

-- No sign of life from anybody for a while: Redis was away, not the workers.
local last = tonumber(redis.call('GET', beat) or 0)
if others and now - last > lease / 3 then
  redis.call('SET', amnesty, now + lease)
end
redis.call('SET', beat, now)

-- The number of a worker's last call says how many iterations it has done, in
-- millions. What came since the last beat counts for this second.
local holds = redis.call('HGET', held, worker)
local call = holds and string.match(holds, '^%S+ %d+ (%d+)')
  or string.match(redis.call('HGET', steps, worker) or '', '^%d+')
local done = math.floor(tonumber(call or 0) / 1000000)
local before = string.match(redis.call('HGET', workers, worker) or '', ' (%d+)$')
local more = done - tonumber(before or 0)
redis.call('HSET', workers, worker, ARGV[4] .. ' ' .. done)
if more > 0 then
  local second = tonumber(t[1])
  local at, count =
    string.match(redis.call('HGET', rate, second % 16) or '', '^(%d+) (%d+)$')
  if tonumber(at) == second then more = more + count end
  redis.call('HSET', rate, second % 16, second .. ' ' .. more)
end

if not holds then
  local keys = redis.call('HGET', stock, worker)
  if keys then return {'stock', keys, 0} end
  local draining = redis.call('SISMEMBER', drain, worker) == 1
  return {draining and 'drained' or 'idle', '', 0}
end
local member, since = string.match(holds, '^(%S+) (%d+)')
local job = string.match(member, '^(.*)/')
local spent = now - since
if not redis.call('ZSCORE', jobs, job) then return {'cancel', member, spent} end
-- While Redis was away a task may have ended; its worker is to say so first.
local limit = tonumber(redis.call('HGET', limits, job) or 0)
local patient = now < tonumber(redis.call('GET', amnesty) or 0)
if limit > 0 and spent > limit and not patient then
  return {'timeout', member, spent}
end
return {'busy', member, spent}
