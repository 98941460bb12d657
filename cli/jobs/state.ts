import type { V1Job, V1Pod } from "@kubernetes/client-node";
import { podTrouble } from "../../components/kubernetes/podTrouble";
import { jobOf, parseStatus, type Job, type Status } from "./job";
import { annotations } from "./manifests";

const submissionSeconds = 60;

/** A job on Kubernetes, by its Job and the pod of it, where there is still one. */
export function jobOfKubernetes(made: V1Job, pod: V1Pod | undefined, now = Date.now()): Job {
  const { name = "", creationTimestamp, annotations: notes = {} } = made.metadata ?? {};
  const created = time(creationTimestamp);
  const phase = pod?.status?.phase;
  const cancelled = annotations.cancelled in notes && phase !== "Succeeded"; // it may have been done already
  const status: Status = {
    script: notes[annotations.script],
    created,
    begin: time(made.status?.startTime),
    end: time(made.status?.completionTime),
    ...(annotations.fetched in notes && { fetched: "yes" }),
    ...(pod && statusOf(pod)),
    ...(cancelled && { reason: "cancelled" }),
  };
  if (phase === "Running") return jobOf(name, { ...status, end: undefined }, true);
  if (phase === "Succeeded" || phase === "Failed") return jobOf(name, status, false);
  if (cancelled) return jobOf(name, { ...status, end: status.end ?? created, begin: undefined }, false);

  const failed = made.status?.conditions?.find(({ type, status: is }) => type === "Failed" && is === "True");
  if (failed) {
    const end = time(failed.lastTransitionTime);
    return jobOf(name, { ...status, end, error: "its pod was deleted, or its node is gone" }, false);
  }
  if (made.status?.completionTime) return jobOf(name, { ...status, code: "0" }, false);
  const waiting: Status = { ...status, begin: undefined, end: undefined };
  if (made.spec?.suspend) {
    const late = created !== undefined && now - Date.parse(created) > submissionSeconds * 1000;
    return jobOf(name, waiting, !late);
  }
  return { ...jobOf(name, waiting, true), reason: pod ? whyPending(pod) : "Kubernetes has not made its pod yet" };
}

// What its wrapper said at the end, or else what Kubernetes saw.
function statusOf(pod: V1Pod): Status {
  const { running, terminated } = pod.status?.containerStatuses?.[0]?.state ?? {};
  if (!terminated) return { begin: time(running?.startedAt), end: undefined };
  const said = parseStatus(terminated.message ?? "");
  return {
    begin: time(terminated.startedAt),
    end: time(terminated.finishedAt),
    code: String(terminated.exitCode),
    ...(terminated.reason === "OOMKilled" && { reason: "out of memory" }),
    ...said,
  };
}

function whyPending(pod: V1Pod): string {
  const alone = { workload: {}, pods: [pod], older: [], leaving: 0, claims: [], events: [] };
  return podTrouble(pod, alone, { unschedulable: 0, unready: 0 })?.why ?? "its pod starts";
}

// The API's answers have texts here, where the client's classes declare dates.
function time(value: Date | string | undefined): string | undefined {
  return value && new Date(value).toISOString().replace(/\.\d+Z$/, "Z");
}
