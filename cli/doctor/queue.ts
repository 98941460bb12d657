import type { Redis } from "ioredis";
import { readQueue } from "../queue/read";
import type { Worker } from "../queue/snapshot";
import { ok, warning, wrong, type Finding } from "./check";

/** What is looked at of a worker. */
export type Seen = Pick<Worker, "state" | "version" | "r">;

/** Reads the workers of some queues. */
export async function readWorkers(redis: Redis, queues: readonly string[]): Promise<Worker[]> {
  const snapshots = await Promise.all(queues.map(async (queue) => readQueue(redis, queue, { failures: 0 })));
  return snapshots.flatMap(({ workers }) => workers);
}

/** Whether as many workers live as were asked for, all of one version. */
export function workerFindings(workers: readonly Seen[], wanted: number, logs?: string): Finding[] {
  const alive = workers.filter(({ state }) => state !== "late");
  const count = `${alive.length} of ${wanted} workers are alive`;
  const versions = [...new Set(alive.map(({ version, r }) => `${version} on R ${r}`))];
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
