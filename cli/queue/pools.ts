import type { Worker } from "./snapshot";

/** Workers that belong together. */
export interface Pool {
  readonly pool: string;
  /** Workers whose last sign of life is not older than their lease. */
  readonly live: number;
  readonly busy: number;
  /** How many were asked for, where that is known. */
  readonly wanted?: number;
}

/**
 * Counts the workers of each pool.
 *
 * @param wanted how many were asked for, by pool: those without a worker yet are in the result too
 */
export function countPools(workers: readonly Worker[], wanted: Readonly<Record<string, number>> = {}): Pool[] {
  const names = [...new Set([...workers.map(({ pool }) => pool), ...Object.keys(wanted)])].sort();
  return names.map((pool) => {
    const live = workers.filter((worker) => worker.pool === pool && worker.state !== "late");
    return {
      pool,
      live: live.length,
      busy: live.filter(({ state, task }) => state === "busy" || task !== undefined).length,
      ...(pool in wanted && { wanted: wanted[pool] }),
    };
  });
}
