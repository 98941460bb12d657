-- Which of a coordinator's blocks are neither waiting nor with a worker.
-- KEYS todo held task
-- ARGV job block...
local todo, held, task = unpack(KEYS)
local job = ARGV[1]

local running = {}
for _, holds in ipairs(redis.call('HVALS', held)) do
  running[string.match(holds, '^(%S+)')] = true
end
local missing = {}
for i = 2, #ARGV do
  local member = job .. '/' .. ARGV[i]
  local waiting = redis.call('ZSCORE', todo, member)
  local known = redis.call('HEXISTS', task, member) == 1
  if not (known and (waiting or running[member])) then
    missing[#missing + 1] = ARGV[i]
  end
end
return missing
