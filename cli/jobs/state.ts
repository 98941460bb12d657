import type { V1Job, V1Pod } from "@kubernetes/client-node";
import { podTrouble } from "../../components/kubernetes/podTrouble";
import { jobOf, parseStatus, type Job, type Status } from "./job";
import { annotations } from "./manifests";

const submissionSeconds = 60;
const outside = "it was ended from outside";

/** A job on Kubernetes, by its Job and the pod of it, where there is still one. */
export function jobOfKubernetes(made: V1Job, pod: V1Pod | undefined, now = Date.now()): Job {
  const { name = "", creationTimestamp, annotations: notes = {} } = made.metadata ?? {};
  const created = time(creationTimestamp);
  const phase = pod?.status?.phase;
  const done = phase === "Succeeded" || made.status?.completionTime;
  const cancelled = annotations.cancelled in notes && !done; // it may have been done already
  const failed = made.status?.conditions?.find(({ type, status: is }) => type === "Failed" && is === "True");
  const status: Status = {
    script: notes[annotations.script],
    created,
    begin: time(made.status?.startTime),
    end: time(made.status?.completionTime),
    ...(annotations.fetched in notes && { fetched: "yes" }),
    ...(pod ? statusOf(pod) : keptStatus(notes[annotations.status])),
    ...(cancelled && { reason: "cancelled" }),
  };
  if (phase === "Running") return jobOf(name, { ...status, end: undefined }, true);
  if (phase === "Succeeded" || phase === "Failed") {
    // A pod that the kubelet refused, or lost, has no end of its own.
    const end = status.end ?? time(failed?.lastTransitionTime) ?? status.begin ?? created;
    return jobOf(name, { ...status, end }, false);
  }
  if (cancelled) return jobOf(name, { ...status, end: status.end ?? created, begin: undefined }, false);

  if (failed) {
    const end = status.end ?? time(failed.lastTransitionTime);
    const error = `its pod is gone: 'rcluster logs ${name}' finds out more`;
    return jobOf(name, { error, ...status, end }, false);
  }
  if (made.status?.completionTime) return jobOf(name, { ...status, code: "0" }, false);
  const waiting: Status = { ...status, begin: undefined, end: undefined };
  if (made.spec?.suspend) {
    const late = created !== undefined && now - Date.parse(created) > submissionSeconds * 1000;
    return jobOf(name, waiting, !late);
  }
  return { ...jobOf(name, waiting, true), reason: pod ? whyPending(pod) : "Kubernetes has not made its pod yet" };
}

// What its wrapper said at the end, or else what Kubernetes saw. The wrapper is interrupted by whoever ends its pod, and
// calls it cancelled then, whether a user asked for that or not.
function statusOf(pod: V1Pod): Status {
  const { running, terminated } = pod.status?.containerStatuses?.[0]?.state ?? {};
  const { reason: why, ...said } = parseStatus(terminated?.message ?? "");
  const stopped = why === "cancelled";
  const error = said.code === undefined || stopped ? endedFromOutside(pod, stopped) : undefined;
  const reason = why ?? (terminated?.reason === "OOMKilled" ? "out of memory" : undefined);
  return {
    begin: time((terminated ?? running)?.startedAt),
    end: time(terminated?.finishedAt),
    ...(terminated && { code: String(terminated.exitCode) }),
    ...said,
    ...(error !== undefined ? { error } : reason !== undefined && !stopped && { reason }),
  };
}

// What its status file said at the end, where its pod is gone.
function keptStatus(text: string | undefined): Status | undefined {
  if (text === undefined) return undefined;
  const { reason, ...said } = parseStatus(text);
  if (said.code === undefined) return { error: "its pod was deleted, or its node is gone" };
  if (reason === "cancelled") return { ...said, error: outside };
  return { ...said, ...(reason !== undefined && { reason }) };
}

// Why Kubernetes ended the pod: in its status where the kubelet did, in a condition where others had it deleted.
function endedFromOutside({ status }: V1Pod, stopped: boolean): string | undefined {
  if (status?.phase !== "Failed") return undefined;
  const disruption = status.conditions?.find((each) => each.type === "DisruptionTarget" && each.status === "True");
  const { reason, message } = status.reason ? status : (disruption ?? {});
  if (reason) return [reason, message?.replace(/\s+/g, " ").trim()].filter(Boolean).join(": ");
  return stopped ? outside : undefined;
}

function whyPending(pod: V1Pod): string {
  const alone = { workload: {}, pods: [pod], older: [], leaving: 0, claims: [], events: [] };
  return podTrouble(pod, alone, { unschedulable: 0, unready: 0 })?.why ?? "its pod starts";
}

// The API's answers have texts or null here, where the client's classes declare dates.
function time(value: Date | string | null | undefined): string | undefined {
  return value ? new Date(value).toISOString().replace(/\.\d+Z$/, "Z") : undefined;
}
