import type { Cluster } from "../../components/contracts";
import { connect, type Access } from "../../components/kubernetes/access";
import { diagnose, type Observed } from "../../components/kubernetes/diagnose";
import type { Target } from "../target";
import { labelsOf, observeCluster } from "../workloads";
import { ok, wrong, type Finding, type Parts } from "./check";

/** What a cluster's pods are and run. */
export async function podParts(target: Target): Promise<Parts> {
  const { cluster, stack } = target;
  const access = await connect(cluster.kubernetes);
  const [findings, images] = await Promise.all([workloadFindings(access, target), podImages(access, cluster, stack)]);
  return { findings, images };
}

// Which workloads are not up, and why.
async function workloadFindings(access: Access, target: Target): Promise<Finding[]> {
  const { seen, missing } = await observeCluster(access, target);
  const mend = `rcluster up --refresh --stack ${target.stack}`;
  const troubles = [...missing.map((name) => wrong(`${name} is gone`, mend)), ...seen.flatMap(findingsOf)];
  return troubles.length > 0 ? troubles : [ok(`all pods of ${seen.length} workloads are ready`)];
}

function findingsOf(observed: Observed): Finding[] {
  const { kind, metadata } = observed.workload;
  const diagnosis = diagnose(observed, { unschedulable: 0, unready: 0 });
  if (diagnosis.done) return [];
  const why = diagnosis.troubles.map((trouble) => trouble.why).join("; ") || diagnosis.progress;
  return [wrong(`${kind} ${metadata?.name}: ${why}`)];
}

async function podImages(access: Access, { names }: Cluster, stack: string): Promise<ReadonlyMap<string, string>> {
  const labelSelector = `${labelsOf(stack)},app.kubernetes.io/component in (master, worker)`;
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
