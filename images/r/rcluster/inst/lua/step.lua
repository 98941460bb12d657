-- A worker's one round trip a task: publishes the result of the block that it
-- holds, if it still holds it, and takes the next block.
--
-- A call repeated with the same sequence number (its reply was lost) gives the
-- same block again and publishes nothing twice.
-- KEYS todo task held alive steps idle clock drain jobs kills bell stock done
--   wake
-- ARGV worker sequence lease_ms finished_member result
-- Returns {accepted, state, member, payload}: accepted is 1 if the result was
-- taken, state is 'task', 'idle' or 'drain'.
local todo, task, held, alive, steps, idle, clock, drain, jobs, kills, bell,
  stock, done, wake = unpack(KEYS)
local worker, seq, finished = ARGV[1], ARGV[2], ARGV[4]

local last = redis.call('HGET', steps, worker)
if last then
  local before, accepted, state, member =
    string.match(last, '^(%d+) (%d) (%a+) ?(.*)$')
  if before == seq then
    local payload = state == 'task' and redis.call('HGET', task, member) or ''
    if state ~= 'task' or payload ~= '' then
      return {tonumber(accepted), state, member, payload}
    end
  end
end

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local accepted = 0
local holds = redis.call('HGET', held, worker)
local member = holds and string.match(holds, '^(%S+)')
if member and member == finished then
  local job = string.match(member, '^(.*)/')
  if redis.call('ZSCORE', jobs, job) then
    redis.call('RPUSH', done, ARGV[5])
    if redis.call('LLEN', wake) == 0 then redis.call('RPUSH', wake, '1') end
    accepted = 1
  end
  redis.call('HDEL', task, member)
  redis.call('HDEL', kills, member)
elseif member and redis.call('HEXISTS', task, member) == 1 then
  -- It was cancelled, or Redis went back in time and this worker no longer works
  -- on that block.
  if redis.call('ZSCORE', jobs, string.match(member, '^(.*)/')) then
    redis.call('ZADD', todo, 0, member)
  else
    redis.call('HDEL', task, member)
  end
end

local function reply(state, taken, payload)
  redis.call('HSET', steps, worker,
    seq .. ' ' .. accepted .. ' ' .. state .. ' ' .. (taken or ''))
  if state == 'task' then
    redis.call('HSET', held, worker, taken .. ' ' .. now)
    redis.call('ZREM', idle, worker)
  else
    redis.call('HDEL', held, worker)
  end
  return {accepted, state, taken or '', payload or ''}
end

redis.call('ZADD', alive, 'GT', now + ARGV[3], worker)
-- A worker that asks holds no block of a stock doRedis coordinator.
redis.call('HDEL', stock, worker)
if redis.call('SISMEMBER', drain, worker) == 1 then return reply('drain') end

while true do
  local next = redis.call('ZPOPMIN', todo)
  if #next == 0 then
    redis.call('ZADD', idle, now, worker)
    return reply('idle')
  end
  local payload = redis.call('HGET', task, next[1])
  local known = redis.call('ZSCORE', jobs, string.match(next[1], '^(.*)/'))
  if payload and not known then
    redis.call('HDEL', task, next[1])
  elseif payload then
    if tonumber(next[2]) > 0 then redis.call('SET', clock, next[2]) end
    -- Wakes another one, in case a token was lost with the worker that took it.
    if redis.call('ZCARD', idle) > 1 and redis.call('LLEN', bell) == 0
      and redis.call('ZCARD', todo) > 0 then
      redis.call('RPUSH', bell, '1')
    end
    return reply('task', next[1], payload)
  end
end
