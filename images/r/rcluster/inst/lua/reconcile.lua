-- Which of a coordinator's blocks are neither waiting nor with a worker.
-- KEYS todo held task jobs
-- ARGV job ttl_ms block...
local todo, held, task, jobs = unpack(KEYS)
local job = ARGV[1]
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', jobs, now + ARGV[2], job)

local running = {}
for _, holds in ipairs(redis.call('HVALS', held)) do
  running[string.match(holds, '^(%S+)')] = true
end
local missing = {}
for i = 3, #ARGV do
  local member = job .. '/' .. ARGV[i]
  local waiting = redis.call('ZSCORE', todo, member)
  local known = redis.call('HEXISTS', task, member) == 1
  if not (known and (waiting or running[member])) then
    missing[#missing + 1] = ARGV[i]
  end
end
return missing
