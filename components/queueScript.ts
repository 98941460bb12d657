/**
 * The Lua script that reads a queue for an exporter of metrics. What it reads are counts and descriptions, no values of
 * R's; its time grows with the workers and loops there are, not with the tasks.
 *
 * It returns names and numbers in turn: `waiting` and `running` tasks; `workers`, and how many of them are `idle`,
 * `busy`, `draining` and `late`; `jobs`, `failed` iterations of these, iterations a second as `rate`; for each pool
 * `pool:NAME:workers`, `pool:NAME:running` and `pool:NAME:demand`. They are those of `cluster_info()` in R.
 *
 * @param queue name of the queue: letters, digits, dots, dashes, underscores
 */
export function queueScript(queue: string): string {
  return `#!lua flags=no-writes
local function read(command, name, ...)
  return redis.call(command, '{${queue}}:' .. name, ...)
end
local function set(list)
  local members = {}
  for _, member in ipairs(list) do members[member] = true end
  return members
end

local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local values = {
  waiting = read('ZCARD', 'todo'), idle = 0, busy = 0, draining = 0, late = 0,
  failed = 0, rate = 0
}

local held = read('HKEYS', 'held')
values.running = #held
local holds, stock = set(held), set(read('HKEYS', 'stock'))
local drain = set(read('SMEMBERS', 'drain'))
local due = {}
local alive = read('ZRANGE', 'alive', 0, -1, 'WITHSCORES')
for i = 1, #alive, 2 do due[alive[i]] = tonumber(alive[i + 1]) end

local workers = read('HGETALL', 'workers')
values.workers = #workers / 2
for i = 1, #workers, 2 do
  local worker = workers[i]
  local state = (holds[worker] or stock[worker]) and 'busy' or 'idle'
  if drain[worker] then state = 'draining' end
  if (due[worker] or 0) < now then state = 'late' end
  values[state] = values[state] + 1

  local name = string.match(workers[i + 1], '^%S+ %S+ %S+ (%S+)') or ''
  local pool = 'pool:' .. name .. ':'
  values[pool .. 'workers'] = (values[pool .. 'workers'] or 0) + 1
  local mine = holds[worker] and 1 or 0
  values[pool .. 'running'] = (values[pool .. 'running'] or 0) + mine
  values[pool .. 'demand'] = (values[pool .. 'demand'] or values.waiting) + mine
end

local jobs = read('ZRANGE', 'jobs', 0, -1)
values.jobs = #jobs
local known = set(jobs)
local loops = read('HGETALL', 'loops')
for i = 1, #loops, 2 do
  local failed = tonumber(string.match(loops[i + 1], '^%S+ %S+ %S+ %S+ %S+ %S+ (%d+)') or 0)
  if known[loops[i]] then values.failed = values.failed + failed end
end

local second = tonumber(t[1])
for _, slot in ipairs(read('HVALS', 'rate')) do
  local at, count = string.match(slot, '^(%d+) (%d+)$')
  local ago = second - tonumber(at or 0)
  if ago > 0 and ago <= 10 then values.rate = values.rate + count / 10 end
end

local reply = {}
for name, value in pairs(values) do
  reply[#reply + 1] = name
  reply[#reply + 1] = tostring(value)
end
return reply
`;
}
