-- Takes a block out of the list and marks it as running, in one step: at no
-- moment is it in neither place, so that its coordinator never misses it.
-- KEYS: the list, who holds what, the start key, the alive key
-- ARGV: worker, index, fingerprint, token, iterations, seconds to live
-- Returns 1, also if the reply of the same call before was lost; 0 if another
-- worker was faster.
local list, held, start, alive = unpack(KEYS)
if redis.call('HGET', held, ARGV[1]) == ARGV[4] then return 1 end
for index = tonumber(ARGV[2]), 0, -1 do
  local block = redis.call('LINDEX', list, index)
  if block and fingerprint(block) == ARGV[3] then
    redis.call('LSET', list, index, 'taken by rcluster')
    redis.call('LREM', list, 1, 'taken by rcluster')
    redis.call('HSET', held, ARGV[1], ARGV[4])
    redis.call('SET', alive, 'OK', 'EX', ARGV[6])
    redis.call('SET', start, ARGV[5])
    return 1
  end
end
return 0
