import type { V1Deployment } from "@kubernetes/client-node";
import { connect, explain } from "../../components/kubernetes/access";
import { diagnose, isDeployment, type Observed } from "../../components/kubernetes/diagnose";
import type { Target } from "../target";
import { observeCluster } from "../workloads";
import type { Platform, Trouble } from "./place";

const atOnce = { unschedulable: 0, unready: 0 };

/**
 * What Kubernetes tells of a cluster's pods: how many were asked for, and why some are not up.
 *
 * @throws an error that says in a line why Kubernetes does not tell
 */
export async function lookAtPods(target: Target, queue: string): Promise<Platform> {
  const access = await connect(target.cluster.kubernetes);
  const { seen, missing } = await observeCluster(access, target).catch((error: unknown) => {
    throw new Error(explain(error), { cause: error });
  });
  const gone = missing.map((what) => ({ what, why: "is gone: 'rcluster up --refresh' makes it again" }));
  return { wanted: wantedOf(seen, queue), troubles: [...gone, ...seen.flatMap(troublesOf)] };
}

function wantedOf(seen: readonly Observed[], queue: string): Record<string, number> {
  const pools = seen
    .map(({ workload }) => workload)
    .filter(isDeployment)
    .filter((deployment) => variable(deployment, "RCLUSTER_QUEUE") === queue);
  return Object.fromEntries(
    pools.map((pool) => [variable(pool, "RCLUSTER_POOL") ?? "workers", pool.spec?.replicas ?? 0]),
  );
}

function troublesOf(observed: Observed): Trouble[] {
  const what = observed.workload.metadata?.name ?? "";
  const diagnosis = diagnose(observed, atOnce);
  return diagnosis.done ? [] : diagnosis.troubles.map(({ why }) => ({ what, why }));
}

function variable({ spec }: V1Deployment, wanted: string): string | undefined {
  const [container] = spec?.template.spec?.containers ?? [];
  return container?.env?.find(({ name }) => name === wanted)?.value;
}
