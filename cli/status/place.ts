import type { CostEstimate } from "../../components/aws/cost";
import type { Job } from "../jobs/job";
import type { Target } from "../target";

/** Something that is not as it was asked for, and why. */
export interface Trouble {
  readonly what: string;
  readonly why: string;
}

/** What a cluster's platform tells: who was asked for, and what is in the way. */
export interface Place {
  /** Workers asked for, by pool. */
  readonly wanted: Readonly<Record<string, number>>;
  readonly troubles: readonly Trouble[];
}

/**
 * Asks Docker or Kubernetes about a cluster.
 *
 * @param queue only workers of this queue count
 */
export async function lookAtPlace(target: Target, queue: string): Promise<Place> {
  try {
    return await ask(target, queue);
  } catch (error) {
    return { wanted: {}, troubles: [{ what: target.cluster.platform, why: (error as Error).message }] };
  }
}

async function ask(target: Target, queue: string): Promise<Place> {
  if (target.cluster.platform === "docker") {
    const { lookAtContainers } = await import("./containers");
    return lookAtContainers(target, queue);
  }
  const { lookAtPods } = await import("./pods");
  return lookAtPods(target, queue);
}

/** The cluster's detached jobs, the oldest first; none where they cannot be told. */
export async function lookAtJobs(target: Target): Promise<Job[]> {
  const { listJobs } = await import("../jobs");
  return listJobs(target).catch(() => []);
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
