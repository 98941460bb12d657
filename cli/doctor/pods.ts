import type { Cluster } from "../../components/contracts";
import { connect, selectorOf, type Access } from "../../components/kubernetes/access";
import { clusterLabels } from "../../components/kubernetes/context";
import { diagnose } from "../../components/kubernetes/diagnose";
import { observe, type Workload } from "../../components/kubernetes/observe";
import { slug } from "../../components/environment";
import type { Target } from "../target";
import { ok, wrong, type Finding, type Parts } from "./check";
import { ownName } from "./facts";

/** What a cluster's pods are and run. */
export async function podParts({ cluster, stack }: Target): Promise<Parts> {
  const access = await connect(cluster.kubernetes);
  const [findings, images] = await Promise.all([
    workloadFindings(access, cluster, stack),
    podImages(access, cluster, stack),
  ]);
  return { findings, images };
}

// Which workloads are not up, and why.
async function workloadFindings(access: Access, cluster: Cluster, stack: string): Promise<Finding[]> {
  const { namespace = "default", master, workers, redis } = cluster.names;
  const labelSelector = selectorOf(clusterLabels({ instance: slug(ownName(stack)) }));
  const [deployments, sets] = await Promise.all([
    access.apps.listNamespacedDeployment({ namespace, labelSelector }),
    access.apps.listNamespacedStatefulSet({ namespace, labelSelector }),
  ]);
  const there: Workload[] = [
    ...deployments.items.map(({ metadata }) => ({ kind: "Deployment" as const, name: metadata?.name ?? "" })),
    ...sets.items.map(({ metadata }) => ({ kind: "StatefulSet" as const, name: metadata?.name ?? "" })),
  ].map((workload) => ({ ...workload, namespace }));
  const wanted = [master.replace(/-0$/, ""), ...workers, ...(cluster.commands.portForward ? [redis] : [])];
  const missing = wanted.filter((name) => !there.some((workload) => workload.name === name));
  const states = await Promise.all(there.map((workload) => stateOf(access, workload)));
  const mend = `rcluster up --refresh --stack ${stack}`;
  const troubles = [...missing.map((name) => wrong(`${name} is gone`, mend)), ...states.flat()];
  return troubles.length > 0 ? troubles : [ok(`all pods of ${there.length} workloads are ready`)];
}

async function stateOf(access: Access, workload: Workload): Promise<Finding[]> {
  const diagnosis = diagnose(await observe(access, workload), { unschedulable: 0, unready: 0 });
  if (diagnosis.done) return [];
  const why = diagnosis.troubles.map((trouble) => trouble.why).join("; ") || diagnosis.progress;
  return [wrong(`${workload.kind} ${workload.name}: ${why}`)];
}

async function podImages(access: Access, { names }: Cluster, stack: string): Promise<ReadonlyMap<string, string>> {
  const own = selectorOf(clusterLabels({ instance: slug(ownName(stack)) }));
  const labelSelector = `${own},app.kubernetes.io/component in (master, worker)`;
  const { items } = await access.core.listNamespacedPod({ namespace: names.namespace ?? "default", labelSelector });
  return new Map(
    items
      .filter(({ metadata }) => !metadata?.deletionTimestamp)
      .flatMap(({ metadata, spec }) =>
        (spec?.containers ?? [])
          .filter(({ name }) => name === "r")
          .map(({ image }): [string, string] => [metadata?.name ?? "", image ?? ""]),
      ),
  );
}
