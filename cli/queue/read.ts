import type { Redis } from "ioredis";
import { parseFailure, parseQueue } from "./parse";
import type { Failure, Snapshot } from "./snapshot";

interface ReadOptions {
  /** How many of the last failures to read. Default: all that the queue keeps, 100. */
  readonly failures?: number;
}

/**
 * Looks at a queue in one round trip. What it reads grows with the number of workers and of loops, not with that of
 * tasks, and reading disturbs nobody.
 *
 * @param queue name of the queue
 * @throws an error of ioredis where Redis does not answer
 *
 * @example
 * const { waiting, workers } = await readQueue(redis, "jobs");
 */
export async function readQueue(redis: Redis, queue: string, { failures = 100 }: ReadOptions = {}): Promise<Snapshot> {
  const key = (name: string) => keyOf(queue, name);
  const pipeline = redis
    .pipeline()
    .time()
    .hgetall(key("workers"))
    .hgetall(key("held"))
    .zrange(key("alive"), "0", "-1", "WITHSCORES")
    .smembers(key("drain"))
    .hkeys(key("stock"))
    .zrange(key("jobs"), "0", "-1")
    .hgetall(key("loops"))
    .hgetall(key("rate"))
    .zcard(key("todo"));
  if (failures > 0) pipeline.lrange(key("failures"), 0, failures - 1);
  const replies = (await pipeline.exec()) ?? [];
  const failed = replies.find(([error]) => error)?.[0];
  if (failed) throw failed;
  const values = replies.map(([, value]) => value);
  const text = (index: number) => (values[index] as (string | number)[]).map(String);
  const hash = (index: number) => values[index] as Record<string, string>;
  return parseQueue({
    ...{ time: text(0), workers: hash(1), held: hash(2), alive: text(3), drain: text(4), stock: text(5) },
    ...{ jobs: text(6), loops: hash(7), rate: hash(8), waiting: Number(values[9]) },
    failures: failures > 0 ? text(10) : [],
  });
}

/** Reads the last iterations that failed alone. */
export async function readFailures(redis: Redis, queue: string): Promise<Failure[]> {
  return (await redis.lrange(keyOf(queue, "failures"), 0, -1)).map(parseFailure);
}

function keyOf(queue: string, name: string): string {
  return `{${queue}}:${name}`;
}
