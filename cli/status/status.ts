import type { CostEstimate } from "../../components/aws/cost";
import { secondsLeft, secondsToEnd } from "../queue/estimate";
import type { Job } from "../jobs/job";
import { countPools, type Pool } from "../queue/pools";
import type { Failure, Loop, Snapshot, Worker } from "../queue/snapshot";
import type { Target } from "../target";
import { costOf, type Place, type Trouble } from "./place";

/** What `rcluster status --json` prints; times are ISO 8601, what nobody knows is null. */
export interface Status {
  readonly stack: string;
  readonly platform: string;
  readonly queue: string;
  readonly time: string;
  /** Tasks that wait, tasks that run. */
  readonly waiting: number;
  readonly running: number;
  /** Iterations that failed, of the loops that run. */
  readonly failed: number;
  /** Iterations a second, over the last 10 seconds. */
  readonly rate: number;
  /** Until the last loop's end. */
  readonly secondsLeft: number | null;
  readonly cost: CostEstimate | null;
  readonly pools: readonly Pool[];
  readonly workers: readonly WorkerStatus[];
  readonly loops: readonly LoopStatus[];
  readonly failures: readonly (Omit<Failure, "time"> & { readonly time: string })[];
  /** Detached jobs, the oldest first; null where they cannot be told. */
  readonly jobs: readonly Job[] | null;
  /** Containers or pods that are not up, and what else cannot be told, and why. */
  readonly troubles: readonly Trouble[];
}

export interface WorkerStatus extends Pick<Worker, "id" | "host" | "pid" | "pool" | "state" | "done" | "memory"> {
  /** The loop and the first iteration of its task. */
  readonly loop: string | null;
  readonly iteration: number | null;
  readonly since: string | null;
}

export interface LoopStatus extends Pick<Loop, "id" | "running"> {
  readonly host: string | null;
  readonly pid: number | null;
  readonly began: string | null;
  readonly sent: number | null;
  readonly done: number | null;
  readonly failed: number | null;
  readonly total: number | null;
  readonly secondsLeft: number | null;
}

/** Puts together what the queue and the platform tell. */
export function statusOf(target: Target, queue: string, seen: Snapshot, place: Place): Status {
  const { wanted, troubles, jobs } = place;
  const { time, waiting, running, rate, workers, loops } = seen;
  return {
    ...{ stack: target.stack, platform: target.cluster.platform, queue, time: iso(time), waiting, running, rate },
    failed: loops.reduce((sum, { told }) => sum + (told?.failed ?? 0), 0),
    secondsLeft: secondsToEnd(seen) ?? null,
    cost: costOf(target) ?? null,
    pools: countPools(workers, wanted),
    workers: workers.map(({ id, host, pid, pool, state, done, memory, task }) => ({
      ...{ id, host, pid, pool, state, done, memory },
      ...{ loop: task?.loop ?? null, iteration: task?.iteration ?? null, since: task ? iso(task.since) : null },
    })),
    loops: loops.map((loop) => loopStatus(loop, time)),
    failures: seen.failures.map((failure) => ({ ...failure, time: iso(failure.time) })),
    jobs,
    troubles,
  };
}

function loopStatus(loop: Loop, now: number): LoopStatus {
  const { id, running, told } = loop;
  return {
    ...{ id, running, host: told?.host ?? null, pid: told?.pid ?? null, began: told ? iso(told.began) : null },
    ...{ sent: told?.sent ?? null, done: told?.done ?? null, failed: told?.failed ?? null },
    ...{ total: told?.total ?? null, secondsLeft: secondsLeft(loop, now) ?? null },
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
