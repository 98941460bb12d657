-- Takes a worker out of the cluster and gives its block back.
--
-- mode 'lost': the worker is gone for a reason that says nothing of the task.
-- mode 'died': R died of it; after `most` deaths the task fails.
-- mode 'failed': the task fails now.
-- mode 'reap': as 'lost', but only if its lease has run out, or if its
-- connection is the one named in `detail`; never during an amnesty.
-- KEYS alive held task todo kills steps idle clients workers drain jobs
--   amnesty stock done wake
-- ARGV worker mode detail most member
-- `done`, `wake` and `kills` are those of the job of `member`; if the worker holds
-- another one by now, nothing happens, and its member is returned.
local alive, held, task, todo, kills, steps, idle, clients, workers, drain,
  jobs, amnesty, stock, done, wake = unpack(KEYS)
local worker, mode, detail = ARGV[1], ARGV[2], ARGV[3]
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

local holds = redis.call('HGET', held, worker)
local member = holds and string.match(holds, '^(%S+)') or ''
if member ~= ARGV[5] then return member end

if mode == 'reap' then
  if now < tonumber(redis.call('GET', amnesty) or 0) then return member end
  local due = tonumber(redis.call('ZSCORE', alive, worker) or 0)
  local cut = detail ~= '' and redis.call('HGET', clients, worker) == detail
  if due > now and not cut then return member end
end

redis.call('ZREM', alive, worker)
redis.call('HDEL', held, worker)
redis.call('HDEL', steps, worker)
redis.call('ZREM', idle, worker)
redis.call('HDEL', clients, worker)
redis.call('HDEL', workers, worker)
redis.call('SREM', drain, worker)
redis.call('HDEL', stock, worker)
if member == '' or redis.call('HEXISTS', task, member) == 0 then return '' end

local job, block = string.match(member, '^(.*)/([^/]*)$')
if not redis.call('ZSCORE', jobs, job) then
  redis.call('HDEL', task, member)
  return ''
end
local deaths = 0
if mode == 'died' then deaths = redis.call('HINCRBY', kills, member, 1) end
-- A block of several iterations goes back to its coordinator, which sends them
-- one by one: only one of them may be to blame.
local several = string.sub(block, -1) == '+'
if mode == 'failed' or deaths >= tonumber(ARGV[4]) or several then
  local final = (mode == 'failed' or not several) and 'failed' or 'lost'
  redis.call('RPUSH', done, block .. ' ' .. final .. ' ' .. detail)
  if redis.call('LLEN', wake) == 0 then redis.call('RPUSH', wake, '1') end
  redis.call('HDEL', task, member)
  redis.call('HDEL', kills, member)
else
  redis.call('ZADD', todo, 0, member)
end
return ''
