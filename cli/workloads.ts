import type { V1Deployment } from "@kubernetes/client-node";
import type { Cluster } from "../components/contracts";
import { slug } from "../components/environment";
import { selectorOf, type Access } from "../components/kubernetes/access";
import { clusterLabels, type Role } from "../components/kubernetes/context";
import type { Observed } from "../components/kubernetes/diagnose";
import { observe } from "../components/kubernetes/observe";
import { ownName, type Target } from "./target";

/** What makes the pods of a cluster. */
export interface Workloads {
  readonly seen: readonly Observed[];
  /** Names of those that should be there and are not. */
  readonly missing: readonly string[];
}

/** Labels of all that a stack has made on Kubernetes, as a selector. */
export function labelsOf(stack: string): string {
  return selectorOf(clusterLabels({ instance: slug(ownName(stack)) }));
}

/** Reads all that makes the pods of a cluster, and what belongs to it. */
export async function observeCluster(access: Access, { cluster, stack }: Target): Promise<Workloads> {
  const place = { namespace: cluster.names.namespace ?? "default", labelSelector: labelsOf(stack) };
  const [deployments, sets] = await Promise.all([
    access.apps.listNamespacedDeployment(place),
    access.apps.listNamespacedStatefulSet(place),
  ]);
  const there = [
    ...deployments.items.map(({ metadata }) => ({ kind: "Deployment" as const, name: metadata?.name ?? "" })),
    ...sets.items.map(({ metadata }) => ({ kind: "StatefulSet" as const, name: metadata?.name ?? "" })),
  ];
  const { namespace } = place;
  const seen = await Promise.all(there.map((workload) => observe(access, { ...workload, namespace })));
  return { seen, missing: missingOf(cluster, there.map(({ name }) => name), deployments.items) }; // prettier-ignore
}

/** What should be there and is not; the exporter of metrics has a name of its own each time, and is found by its role. */
export function missingOf(
  { names, commands }: Pick<Cluster, "names" | "commands">,
  there: readonly string[],
  deployments: readonly V1Deployment[],
): string[] {
  const { master, workers, redis, metrics } = names;
  const wanted = [...(commands.portForward ? [redis] : []), master.replace(/-\d+$/, ""), ...workers];
  const exported = deployments.some(({ spec }) => roleOf(spec?.template.metadata?.labels) === "metrics");
  return [...wanted.filter((name) => !there.includes(name)), ...(metrics && !exported ? [metrics] : [])];
}

function roleOf(labels: Readonly<Record<string, string>> = {}): Role | undefined {
  return labels["app.kubernetes.io/component"] as Role | undefined;
}
