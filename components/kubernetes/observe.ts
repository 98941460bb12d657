import type { V1ObjectMeta, V1Pod } from "@kubernetes/client-node";
import { type Access, found, selectorOf } from "./access";
import { isDeployment, isReady, type Observed, replacedByHand } from "./diagnose";

/** What is rolled out. */
export interface Workload {
  readonly kind: "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
}

/** Reads a workload and what belongs to it. */
export async function observe(access: Access, { kind, namespace, name }: Workload): Promise<Observed> {
  const { core, apps } = access;
  const workload =
    kind === "Deployment"
      ? await apps.readNamespacedDeployment({ namespace, name })
      : await apps.readNamespacedStatefulSet({ namespace, name });
  const labelSelector = selectorOf(workload.spec?.selector.matchLabels ?? {});
  const sets = isDeployment(workload) ? (await apps.listNamespacedReplicaSet({ namespace, labelSelector })).items : [];
  const ownSets = sets.filter(({ metadata }) => isOwnedBy(metadata, [workload.metadata?.uid]));
  const newest = ownSets.find(({ metadata }) => revision(metadata) === revision(workload.metadata))?.metadata?.uid;

  const owners = isDeployment(workload) ? ownSets.map(({ metadata }) => metadata?.uid) : [workload.metadata?.uid];
  const all = (await core.listNamespacedPod({ namespace, labelSelector })).items.filter(
    ({ metadata, status }) => isOwnedBy(metadata, owners) && status?.phase !== "Failed",
  );
  const staying = all.filter(({ metadata }) => !metadata?.deletionTimestamp);
  const isNewest = ({ metadata }: V1Pod) =>
    isDeployment(workload)
      ? isOwnedBy(metadata, [newest])
      : replacedByHand(workload) || metadata?.labels?.["controller-revision-hash"] === workload.status?.updateRevision;
  const pods = staying.filter(isNewest);
  const unready = pods.filter((pod) => !isReady(pod));
  const claims = await unboundClaims(access, namespace, unready);
  // Reading the events of a few pods is enough, and cheap however many there are.
  const subjects = [workload, ...unready.slice(0, 3), ...claims].map(({ metadata }) => metadata?.uid);
  return {
    workload,
    pods,
    older: staying.filter((pod) => !isNewest(pod)),
    leaving: all.length - staying.length,
    claims,
    events: (await Promise.all([newest, ...subjects].map((uid) => eventsOf(access, namespace, uid)))).flat(),
  };
}

const revision = (metadata?: V1ObjectMeta) => metadata?.annotations?.["deployment.kubernetes.io/revision"];

function isOwnedBy(metadata: V1ObjectMeta | undefined, uids: readonly (string | undefined)[]): boolean {
  return metadata?.ownerReferences?.some(({ uid }) => uids.includes(uid)) ?? false;
}

async function unboundClaims({ core }: Access, namespace: string, pods: readonly V1Pod[]) {
  const names = pods
    .filter(({ spec }) => !spec?.nodeName)
    .flatMap(({ spec }) => spec?.volumes?.map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName) ?? [])
    .filter((name) => name !== undefined);
  const claims = await Promise.all(
    [...new Set(names)].map((name) => found(core.readNamespacedPersistentVolumeClaim({ namespace, name }))),
  );
  return claims.filter((claim) => claim !== undefined).filter(({ status }) => status?.phase !== "Bound");
}

async function eventsOf({ core }: Access, namespace: string, uid: string | undefined) {
  if (!uid) return [];
  return (await core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.uid=${uid}` })).items;
}
