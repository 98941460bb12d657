import type { Redis } from "ioredis";
import { ok, warning, wrong, type Finding } from "./check";

/** A worker as it describes itself in the queue. */
export interface Worker {
  readonly queue: string;
  /** Whether its lease is in force. */
  readonly alive: boolean;
  readonly rcluster: string;
  readonly r: string;
}

/** Reads the workers of some queues. */
export async function readWorkers(redis: Redis, queues: readonly string[]): Promise<Worker[]> {
  const [seconds = 0] = (await redis.time()).map(Number);
  const read = async (queue: string): Promise<Worker[]> => {
    const [described, alive] = await Promise.all([
      redis.hgetall(`{${queue}}:workers`),
      redis.zrangebyscore(`{${queue}}:alive`, seconds * 1000, "+inf"),
    ]);
    return Object.entries(described).map(([id, text]) => {
      const [, , , , rcluster = "", r = ""] = text.split(" ");
      return { queue, alive: alive.includes(id), rcluster, r };
    });
  };
  return (await Promise.all(queues.map(read))).flat();
}

/** Whether as many workers live as were asked for, all of one version. */
export function workerFindings(workers: readonly Worker[], wanted: number, logs?: string): Finding[] {
  const alive = workers.filter((worker) => worker.alive);
  const count = `${alive.length} of ${wanted} workers are alive`;
  const versions = [...new Set(alive.map(({ rcluster, r }) => `${rcluster} on R ${r}`))];
  return [
    alive.length < wanted ? wrong(count, logs) : ok(count),
    ...(versions.length > 1
      ? [warning(`they run several versions: ${versions.join(", ")}`, "the image's package in every R that joins")]
      : []),
  ];
}

/** Version and memory of Redis from its INFO. */
export function redisFindings(info: string): Finding[] {
  const figure = (name: string) => new RegExp(`^${name}:(.+?)\\r?$`, "m").exec(info)?.[1];
  const [used, limit] = ["used_memory", "maxmemory"].map((name) => Number(figure(name) ?? 0));
  const version = figure("valkey_version") ?? figure("redis_version");
  const share = limit ? Math.round((100 * (used ?? 0)) / limit) : undefined;
  const answers = ok(`${version} answers${share === undefined ? "" : `, ${share} % of its memory in use`}`);
  if (share === undefined || share < 80) return [answers];
  const mend = "fewer or smaller results under way, or a larger redis.memory";
  return [answers, warning("once its memory is full, new tasks and results have to wait", mend)];
}
