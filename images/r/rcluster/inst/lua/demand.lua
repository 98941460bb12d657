-- What autoscalers and people want to know, in constant time.
-- KEYS todo held alive idle jobs
return {
  redis.call('ZCARD', KEYS[1]), redis.call('HLEN', KEYS[2]),
  redis.call('ZCARD', KEYS[3]), redis.call('ZCARD', KEYS[4]),
  redis.call('ZCARD', KEYS[5])
}
