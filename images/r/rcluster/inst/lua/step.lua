-- A worker's one round trip a task: publishes the result of the block that it
-- holds, if it still holds it, and takes the next block.
--
-- A call repeated with the same sequence number (its reply was lost) gives the
-- same block again and publishes nothing twice.
-- KEYS todo task held alive steps idle clock drain jobs bell done wake
-- ARGV worker sequence lease_ms finished_member result
-- Returns {accepted, 'task', member, payload}, {accepted, 'idle'} or
-- {accepted, 'drain'}; accepted is 1 if the result was taken.
local todo, task, held, alive, steps, idle, clock, drain, jobs, bell, done,
  wake = unpack(KEYS)
local worker, seq, finished = ARGV[1], ARGV[2], ARGV[4]

-- The last call is kept with the block that it gave, else in `steps`.
local holds = redis.call('HGET', held, worker)
local member, before, accepted
if holds then
  member, before, accepted = string.match(holds, '^(%S+) %d+ (%d+) (%d)$')
  if before == seq then
    local payload = redis.call('HGET', task, member)
    if payload then return {tonumber(accepted), 'task', member, payload} end
  end
else
  local last = redis.call('HGET', steps, worker)
  if last then
    local state
    before, accepted, state = string.match(last, '^(%d+) (%d) (%a+)$')
    if before == seq then return {tonumber(accepted), state} end
  end
end

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
accepted = 0
local job, known
if member then
  job = string.match(member, '^(.*)/')
  known = redis.call('ZSCORE', jobs, job)
end
if member and member == finished then
  -- First, since it takes no memory: after it, a full Redis allows the rest.
  redis.call('HDEL', task, member)
  if known then
    redis.call('RPUSH', done, ARGV[5])
    if redis.call('LLEN', wake) == 0 then redis.call('RPUSH', wake, '1') end
    accepted = 1
  end
elseif member and redis.call('HEXISTS', task, member) == 1 then
  -- It was cancelled, or Redis went back in time and this worker no longer works
  -- on that block.
  if known then
    redis.call('ZADD', todo, 0, member)
  else
    redis.call('HDEL', task, member)
  end
end

local function without(state)
  redis.call('HDEL', held, worker)
  redis.call('HSET', steps, worker, seq .. ' ' .. accepted .. ' ' .. state)
  -- Of a busy worker the supervisor says that it lives.
  redis.call('ZADD', alive, 'GT', now + ARGV[3], worker)
  if state == 'idle' then redis.call('ZADD', idle, now, worker) end
  return {accepted, state}
end

if redis.call('SISMEMBER', drain, worker) == 1 then return without('drain') end

while true do
  local next = redis.call('ZPOPMIN', todo)
  if #next == 0 then return without('idle') end
  local taken = next[1]
  local payload = redis.call('HGET', task, taken)
  local owner = string.match(taken, '^(.*)/')
  if owner ~= job then
    job = owner
    known = redis.call('ZSCORE', jobs, job)
  end
  if payload and not known then
    redis.call('HDEL', task, taken)
  elseif payload then
    redis.call('HSET', held, worker,
      taken .. ' ' .. now .. ' ' .. seq .. ' ' .. accepted)
    if tonumber(next[2]) > 0 then redis.call('SET', clock, next[2]) end
    if not holds then
      redis.call('HDEL', steps, worker)
      redis.call('ZREM', idle, worker)
      -- Its R may be dead already, and this call late: the lease ends it.
      redis.call('ZADD', alive, 'NX', now + ARGV[3], worker)
      -- Wakes another one, in case a token was lost with the worker that took it.
      if redis.call('ZCARD', idle) > 0 and redis.call('LLEN', bell) == 0
        and redis.call('ZCARD', todo) > 0 then
        redis.call('RPUSH', bell, '1')
      end
    end
    return {accepted, 'task', taken, payload}
  end
end
