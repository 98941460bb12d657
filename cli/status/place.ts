import type { CostEstimate } from "../../components/aws/cost";
import type { Job } from "../jobs/job";
import type { Target } from "../target";

/** Something that is not as it was asked for, and why. */
export interface Trouble {
  readonly what: string;
  readonly why: string;
}

/** What a cluster's platform tells: who was asked for, and what is in the way. */
export interface Platform {
  /** Workers asked for, by pool. */
  readonly wanted: Readonly<Record<string, number>>;
  readonly troubles: readonly Trouble[];
}

/** What is told of a cluster besides its queue. */
export interface Place extends Platform {
  /** Detached jobs, the oldest first; null where they cannot be told, and a trouble says why. */
  readonly jobs: readonly Job[] | null;
}

/**
 * Asks Docker or Kubernetes about a cluster and its jobs. What does not answer is a trouble, not an error.
 *
 * @param queue only workers of this queue count
 */
export async function lookAtPlace(target: Target, queue: string): Promise<Place> {
  const { platform } = target.cluster;
  const [told, jobs] = await Promise.allSettled([askPlatform(target, queue), askJobs(target)]);
  return {
    wanted: told.status === "fulfilled" ? told.value.wanted : {},
    jobs: jobs.status === "fulfilled" ? jobs.value : null,
    troubles: [
      ...(told.status === "fulfilled" ? told.value.troubles : [{ what: platform, why: lineOf(told.reason) }]),
      ...(jobs.status === "fulfilled" ? [] : [{ what: "jobs", why: `cannot be told: ${lineOf(jobs.reason)}` }]),
    ],
  };
}

function lineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split("\n")[0] ?? "";
}

async function askPlatform(target: Target, queue: string): Promise<Platform> {
  if (target.cluster.platform === "docker") {
    const { lookAtContainers } = await import("./containers");
    return lookAtContainers(target, queue);
  }
  const { lookAtPods } = await import("./pods");
  return lookAtPods(target, queue);
}

async function askJobs(target: Target): Promise<Job[]> {
  const { listJobs } = await import("../jobs");
  return listJobs(target);
}

/** What the cluster costs an hour; undefined where it is not rcluster that makes the machines. */
export function costOf({ cluster, outputs }: Target): CostEstimate | undefined {
  return cluster.platform === "eks" ? (outputs.cost as CostEstimate | undefined) : undefined;
}

/** The cost an hour in words, and what it is of. */
export function costInWords(target: Target): { readonly amount: string; readonly note: string } {
  const cost = costOf(target);
  if (cost) return { amount: `${cost.perHour.toFixed(2)} ${cost.currency}`, note: "an hour, on demand" };
  if (target.cluster.platform === "docker") return { amount: "none", note: "your own machine" };
  return { amount: "not known", note: "your own Kubernetes" };
}
