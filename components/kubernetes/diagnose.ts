import type { CoreV1Event, V1Deployment, V1PersistentVolumeClaim, V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import { podTrouble } from "./podTrouble";

/** A Deployment or StatefulSet and what belongs to it, as read at one moment. */
export interface Observed {
  readonly workload: V1Deployment | V1StatefulSet;
  /** Pods of the newest revision, without those that are on their way out. */
  readonly pods: readonly V1Pod[];
  /** Pods of earlier revisions, without those that are on their way out. */
  readonly older: readonly V1Pod[];
  /** How many pods, of any revision, are on their way out. */
  readonly leaving: number;
  /** Unbound claims that pods wait for. */
  readonly claims: readonly V1PersistentVolumeClaim[];
  /** Events of the workload, its newest ReplicaSet, pods that are not ready, and the claims. */
  readonly events: readonly CoreV1Event[];
}

/** Something in the way. It may pass by itself, so it counts as a failure only once it has lasted for a while. */
export interface Trouble {
  /** What identifies it from one look to the next. */
  readonly kind: string;
  /** "4 of 6 pods cannot be scheduled: 0/1 nodes are available: 1 Insufficient memory" */
  readonly why: string;
  /** Seconds after which it will not pass by itself; 0 for at once. */
  readonly patience: number;
  /** The container whose last lines say more. */
  readonly log?: { readonly pod: string; readonly container: string };
}

/** How long some troubles may last, in seconds. */
export interface Patience {
  /** No node has room. */
  readonly unschedulable: number;
  /** A container runs and is not ready. */
  readonly unready: number;
}

export type Diagnosis =
  { readonly done: true } | { readonly done: false; readonly progress: string; readonly troubles: readonly Trouble[] };

/** Whether a rollout is done, and if not, how far it is and what is in its way. */
export function diagnose(observed: Observed, patience: Patience): Diagnosis {
  const { workload } = observed;
  if ((workload.status?.observedGeneration ?? 0) < (workload.metadata?.generation ?? 0)) {
    return { done: false, progress: "waits for the cluster's controller", troubles: [] };
  }
  if (isDone(workload)) return { done: true };
  const troubles = [...creationTroubles(observed), ...podTroubles(observed, patience), ...blockedTroubles(observed)];
  return { done: false, progress: progress(observed, troubles), troubles };
}

/** Whether a pod may serve. */
export function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

function wantedPods({ spec }: Observed["workload"]): number {
  return spec?.replicas ?? 1;
}

function isDone(workload: V1Deployment | V1StatefulSet): boolean {
  const wanted = wantedPods(workload);
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = workload.status ?? {};
  if (isDeployment(workload)) {
    return updatedReplicas === wanted && replicas === wanted && (workload.status?.availableReplicas ?? 0) === wanted;
  }
  const current = workload.status?.currentRevision === workload.status?.updateRevision || updatedReplicas === wanted;
  return readyReplicas === wanted && replicas === wanted && (current || replacedByHand(workload));
}

export function isDeployment(workload: V1Deployment | V1StatefulSet): workload is V1Deployment {
  return workload.kind === "Deployment";
}

/** Whether new revisions wait until somebody deletes the pods of the old one. */
export function replacedByHand({ spec }: V1StatefulSet): boolean {
  return spec?.updateStrategy?.type === "OnDelete";
}

// Pods that the API server refuses: Pod Security, quotas, webhooks.
function creationTroubles({ workload, pods, events }: Observed): Trouble[] {
  const wanted = wantedPods(workload);
  const missing = wanted - pods.length;
  if (missing <= 0) return [];
  const said = isDeployment(workload)
    ? workload.status?.conditions?.find(({ type, status }) => type === "ReplicaFailure" && status === "True")?.message
    : latest(events.filter(({ reason }) => reason === "FailedCreate"))?.message;
  const reason = said?.replace(/^.*pods? "[^"]*" is forbidden: /, "");
  return reason
    ? [{ kind: "create", why: `${missing} of ${wanted} pods cannot be created: ${reason}`, patience: 15 }]
    : [];
}

function podTroubles(observed: Observed, patience: Patience): Trouble[] {
  const wanted = wantedPods(observed.workload);
  const groups = new Map<string, { first: Trouble; count: number }>();
  for (const pod of observed.pods.filter((candidate) => !isReady(candidate))) {
    const trouble = podTrouble(pod, observed, patience);
    if (!trouble) continue;
    const { first, count } = groups.get(trouble.kind) ?? { first: trouble, count: 0 };
    groups.set(trouble.kind, { first: trouble.patience < first.patience ? trouble : first, count: count + 1 });
  }
  const who = (count: number) => (wanted === 1 ? "its pod" : `${count} of ${wanted} pods`);
  return [...groups.values()].map(({ first, count }) => ({ ...first, why: `${who(count)} ${first.why}` }));
}

// The controller of a StatefulSet may wait for ever for a broken pod of an earlier revision.
function blockedTroubles({ workload, older }: Observed): Trouble[] {
  const broken = older.find((pod) => !isReady(pod))?.metadata;
  if (isDeployment(workload) || !broken) return [];
  const remedy = `kubectl delete pod ${broken.name} --namespace ${broken.namespace}`;
  return [{ kind: "blocked", why: `its pod of an earlier revision is broken and in the way: ${remedy}`, patience: 30 }];
}

function progress({ workload, pods, events }: Observed, troubles: readonly Trouble[]): string {
  const ready = `${pods.filter(isReady).length} of ${wantedPods(workload)} pods ready`;
  const pending = pods.find((pod) => !isReady(pod));
  const event = latest(events.filter(({ involvedObject }) => involvedObject.uid === pending?.metadata?.uid));
  const more = troubles[0]?.why ?? (event?.reason === "Pulling" ? event.message : undefined);
  return more ? `${ready}; ${more}` : ready;
}

/** The event that happened last. */
export function latest(events: readonly CoreV1Event[]): CoreV1Event | undefined {
  const time = (event: CoreV1Event) => +(event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? 0);
  return events.reduce<CoreV1Event | undefined>(
    (last, event) => (last && time(last) > time(event) ? last : event),
    undefined,
  );
}
