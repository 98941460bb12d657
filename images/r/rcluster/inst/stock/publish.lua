-- Hands a result to its coordinator, once, and only if that one still waits for
-- it from this worker: a coordinator that gives a worker up deletes its start
-- key and sends the block to another.
--
-- The start key stays for some seconds more. A coordinator that looks for lost
-- blocks at this very moment then waits once more and finds the result.
-- KEYS: who holds what, start key, alive key, results, the job's environment
-- ARGV: worker, token, result
local held, start, alive, out, env = unpack(KEYS)
if redis.call('HGET', held, ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', held, ARGV[1])
if redis.call('EXISTS', start) == 0 or redis.call('EXISTS', env) == 0 then
  redis.call('DEL', start, alive)
  return 0
end
redis.call('LPUSH', out, ARGV[3])
redis.call('EXPIRE', start, 5)
redis.call('SET', alive, 'OK', 'EX', 10)
return 1
