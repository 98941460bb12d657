import type { CoreV1Event, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { latest, type Observed, type Patience, type Trouble } from "./diagnose";

/** What keeps a pod from being ready, if it shows already; `why` continues a sentence that begins with the pod. */
export function podTrouble(pod: V1Pod, observed: Observed, patience: Patience): Trouble | undefined {
  const warnings = observed.events.filter(
    ({ type, involvedObject }) => type === "Warning" && involvedObject.uid === pod.metadata?.uid,
  );
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return (
    schedulingTrouble(pod, observed, patience.unschedulable) ??
    first(statuses, (status) => startTrouble(status) ?? crashTrouble(pod, status)) ??
    volumeTrouble(statuses, warnings) ??
    first(statuses, (status) => readinessTrouble(pod, status, warnings, patience.unready))
  );
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const result = find(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

function schedulingTrouble(pod: V1Pod, observed: Observed, patience: number): Trouble | undefined {
  const condition = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (condition?.reason !== "Unschedulable") return undefined;
  const said = condition.message ?? "";
  if (/persistentvolumeclaim/i.test(said)) return claimTrouble(said, observed);
  if (observed.leaving > 0) return undefined; // they make room
  return {
    kind: "unschedulable",
    why: `cannot be scheduled: ${said.split(/\.? (no new claims|preemption:)/)[0]}`,
    patience,
  };
}

function claimTrouble(said: string, { claims, events }: Observed): Trouble {
  const reasons = claims.map(({ metadata }) => {
    const event = latest(
      events.filter(({ type, involvedObject }) => type === "Warning" && involvedObject.uid === metadata?.uid),
    );
    return `claim ${metadata?.name} is not bound${event?.message ? `: ${event.message}` : ""}`;
  });
  const absent = /persistentvolumeclaim "[^"]+" not found/.exec(said)?.[0];
  return { kind: "claim", why: `cannot be scheduled: ${absent ?? (reasons.join("; ") || said)}`, patience: 30 };
}

const lasting = /not found|unauthorized|authori[sz]ation|authenti|denied|forbidden|unknown|invalid|does not exist/i;

function startTrouble({ image, state }: V1ContainerStatus): Trouble | undefined {
  const { reason = "", message = "" } = state?.waiting ?? {};
  if (/ImagePull|InvalidImageName|ErrImage|ImageInspect|RegistryUnavailable/.test(reason)) {
    const why = `cannot pull image ${image}: ${registryWords(message, image) || reason}`;
    return { kind: "image", why, patience: pullPatience(reason, message) };
  }
  if (/^(CreateContainer|RunContainer|PostStartHook)/.test(reason)) {
    return {
      kind: "start",
      why: `cannot start: ${runtimeWords(message) || reason}`,
      patience: noCommand.test(message) ? 0 : 20,
    };
  }
  return undefined;
}

// Between two tries it is the one before that failed, perhaps before somebody mended the registry.
const longestBackOff = 330;

function pullPatience(reason: string, message: string): number {
  if (reason === "ImagePullBackOff") return longestBackOff;
  return lasting.test(message) || reason === "InvalidImageName" ? 0 : 60;
}

const noCommand = /executable file not found|no such file or directory/;

function runtimeWords(message: string): string {
  return message.replace(/^.*unable to start container process: /, "").replace(/: unknown$/, "");
}

// What the registry said, without the layers of the container runtime around it.
function registryWords(message: string, image: string): string {
  return message
    .replace(/^Back-off pulling image "[^"]*":? ?/, "")
    .replace(/^ErrImagePull: /, "")
    .replace(/^rpc error: code = \w+ desc = /, "")
    .replace(/failed to pull and unpack image "[^"]*": |failed to resolve (reference|image) "[^"]*": /g, "")
    .replace(`${image}: `, "");
}

function crashTrouble(pod: V1Pod, { name, state, lastState, restartCount }: V1ContainerStatus): Trouble | undefined {
  const end = state?.terminated ?? lastState?.terminated;
  if (!end || state?.running || (state?.terminated && end.exitCode === 0 && restartCount === 0)) return undefined;
  const limit = pod.spec?.containers.find((container) => container.name === name)?.resources?.limits?.memory;
  const how =
    end.reason === "OOMKilled"
      ? `out of memory${limit ? ` (limit ${limit})` : ""}`
      : end.reason === "StartError"
        ? runtimeWords(end.message ?? end.reason)
        : `exit code ${end.exitCode}`;
  return {
    kind: "crash",
    why: restartCount > 0 ? `crashed ${restartCount + 1} times: ${how}` : `crashed: ${how}`,
    patience: restartCount >= 2 || end.reason === "StartError" ? 0 : 60,
    log: { pod: pod.metadata?.name ?? "", container: name },
  };
}

function volumeTrouble(statuses: readonly V1ContainerStatus[], warnings: readonly CoreV1Event[]): Trouble | undefined {
  if (!statuses.some(({ state }) => /^(ContainerCreating|PodInitializing)$/.test(state?.waiting?.reason ?? ""))) {
    return undefined;
  }
  const said = latest(
    warnings.filter(({ reason }) => /^Failed(Mount|AttachVolume|CreatePodSandBox)/.test(reason ?? "")),
  );
  if (!said?.message) return undefined;
  return { kind: "volume", why: `cannot start: ${said.message}`, patience: lasting.test(said.message) ? 30 : 120 };
}

function readinessTrouble(
  pod: V1Pod,
  { name, state, ready }: V1ContainerStatus,
  warnings: readonly CoreV1Event[],
  patience: number,
): Trouble | undefined {
  if (ready || !state?.running) return undefined;
  const said = latest(warnings.filter(({ reason }) => reason === "Unhealthy"))?.message;
  return {
    kind: "unready",
    why: `still not ready${said ? `: ${said.trim()}` : ""}`,
    patience,
    log: { pod: pod.metadata?.name ?? "", container: name },
  };
}
