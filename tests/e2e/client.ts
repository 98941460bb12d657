import { Redis, type RedisOptions } from "ioredis";

/**
 * A client of the Redis at `url` for as long as `use` takes: one left open connects again and again, and no test run
 * ends.
 */
export async function withRedis<T>(
  url: URL,
  use: (redis: Redis) => Promise<T>,
  options: RedisOptions = {},
): Promise<T> {
  const { hostname, port, password } = url;
  const redis = new Redis({ host: hostname, port: Number(port), password, maxRetriesPerRequest: null, ...options });
  redis.on("error", () => undefined); // it connects again
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
