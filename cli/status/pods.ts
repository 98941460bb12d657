import type { V1Deployment } from "@kubernetes/client-node";
import { connect } from "../../components/kubernetes/access";
import { diagnose } from "../../components/kubernetes/diagnose";
import { observe } from "../../components/kubernetes/observe";
import type { Target } from "../target";
import type { Place } from "./place";

const atOnce = { unschedulable: 0, unready: 0 };

/** What Kubernetes tells of a cluster's pods: how many were asked for, and why some are not up. */
export async function lookAtPods({ cluster }: Target, queue: string): Promise<Place> {
  const access = await connect(cluster.kubernetes);
  const namespace = cluster.names.namespace ?? "default";
  const master = cluster.names.master.replace(/-\d+$/, "");
  const [redis, ...others] = await Promise.all([
    ...["redis", master].map((name) =>
      observe(access, { kind: "StatefulSet", namespace, name }).catch(() => undefined),
    ),
    ...cluster.names.workers.map((name) => observe(access, { kind: "Deployment", namespace, name })),
  ]);
  const seen = [redis, ...others].filter((observed) => observed !== undefined);
  const deployments = seen.map(({ workload }) => workload).filter((workload) => workload.kind === "Deployment");
  return {
    wanted: Object.fromEntries(
      (deployments as V1Deployment[])
        .filter((deployment) => variable(deployment, "RCLUSTER_QUEUE") === queue)
        .map((deployment) => [variable(deployment, "RCLUSTER_POOL") ?? "workers", deployment.spec?.replicas ?? 0]),
    ),
    troubles: seen.flatMap((observed) => {
      const what = observed.workload.metadata?.name ?? "";
      const diagnosis = diagnose(observed, atOnce);
      return diagnosis.done ? [] : diagnosis.troubles.map(({ why }) => ({ what, why }));
    }),
  };
}

function variable({ spec }: V1Deployment, wanted: string): string | undefined {
  const [container] = spec?.template.spec?.containers ?? [];
  return container?.env?.find(({ name }) => name === wanted)?.value;
}
