/** What may be set from outside: the environment for the product, options for the matrix. */
export const image = process.env.RCLUSTER_IMAGE ?? "rcluster";
export const redisImage = process.env.RCLUSTER_REDIS_IMAGE ?? "redis:8";

/** Starts one worker; it finds RCLUSTER_QUEUE and the rest in its environment. */
export const workerCommand = process.env.RCLUSTER_WORKER_COMMAND ?? "rcluster-worker";

/** Times in seconds: shortened ones for many repetitions, and those of the contract. */
export interface Times {
  readonly lease: number;
  readonly pause: number;
  readonly outage: number;
}

const seconds = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const lease = seconds("RCLUSTER_LEASE", 2);

export const short: Times = {
  lease,
  pause: seconds("RCLUSTER_PAUSE", lease + 1.5),
  outage: seconds("RCLUSTER_OUTAGE", lease + 3),
};
export const real: Times = { lease: 10, pause: 25, outage: 30 };
