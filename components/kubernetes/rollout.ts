import { ApiException } from "@kubernetes/client-node";
import { RunError } from "@pulumi/pulumi";
import { type Access, explain } from "./access";
import { diagnose, isReady, type Observed, type Trouble } from "./diagnose";
import { observe, type Workload } from "./observe";

export type { Workload } from "./observe";

export interface RolloutOptions {
  /** Seconds until the wait is given up. Default: 600. */
  readonly timeoutSeconds?: number;
  /** Seconds that pods may wait for room; more where nodes are made on demand. Default: 30. */
  readonly unschedulableSeconds?: number;
  /** Seconds that a running container may take to be ready. Default: 120. */
  readonly unreadySeconds?: number;
  /** Gets a line whenever there is something new to tell, once the wait has lasted 2 seconds. */
  readonly log?: (line: string) => void;
}

/** For nodes made on demand, which takes a minute or two, and longer where the cloud has few to spare. */
export const elasticPatience: RolloutOptions = { unschedulableSeconds: 480, timeoutSeconds: 1200 };

const pollSeconds = 1;
const outageSeconds = 60;
const logLines = 10;

/**
 * Waits until all pods of a workload's newest revision are ready.
 *
 * @throws RunError as soon as it is clear that they will not be, with the reason: what the registry or the scheduler
 * says, what is missing, the last lines of a container that crashes
 *
 * @example
 * await waitForRollout(access, { kind: "Deployment", namespace: "stats", name: "rworker" }, { log: console.log });
 */
export async function waitForRollout(access: Access, workload: Workload, options: RolloutOptions = {}): Promise<void> {
  const { timeoutSeconds = 600, unschedulableSeconds = 30, unreadySeconds = 120, log } = options;
  const title = `${workload.kind} ${workload.name}`;
  const since = new Map<string, number>();
  const begin = seconds();
  let answered = begin;
  let told = "";
  for (;;) {
    const observed = await observe(access, workload).catch((error: unknown) => {
      if (isFinal(error) || seconds() - answered > outageSeconds)
        throw new RunError(`${title}: cluster ${explain(error)}`);
      return undefined;
    });
    const now = seconds();
    if (observed) {
      answered = now;
      const diagnosis = diagnose(observed, { unschedulable: unschedulableSeconds, unready: unreadySeconds });
      if (diagnosis.done) return;
      const fatal = outlasted(diagnosis.troubles, since, now);
      if (fatal)
        throw new RunError(
          `${title}: ${fatal.why}${stillRunning(observed)}${await lastLines(access, workload, fatal)}`,
        );
      if (now - begin > timeoutSeconds) {
        throw new RunError(
          `${title}: not up after ${timeoutSeconds} s: ${diagnosis.progress}${stillRunning(observed)}`,
        );
      }
      if (log && now - begin >= 2 && told !== diagnosis.progress) log(`${title}: ${(told = diagnosis.progress)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollSeconds * 1000));
  }
}

function seconds(): number {
  return performance.now() / 1000;
}

/** The first trouble that has lasted for longer than its patience; `since` keeps when each was seen first. */
export function outlasted(troubles: readonly Trouble[], since: Map<string, number>, now: number): Trouble | undefined {
  const present = new Set(troubles.map(({ kind }) => kind));
  for (const kind of since.keys()) if (!present.has(kind)) since.delete(kind);
  for (const { kind } of troubles) if (!since.has(kind)) since.set(kind, now);
  return troubles.find(({ kind, patience }) => now - (since.get(kind) ?? now) >= patience);
}

function stillRunning({ older }: Observed): string {
  const count = older.filter(isReady).length;
  return count > 0 ? `; what ran before keeps running (pods: ${count})` : "";
}

async function lastLines({ core }: Access, { namespace }: Workload, { log }: Trouble): Promise<string> {
  if (!log) return "";
  const { pod: name, container } = log;
  const text = await core.readNamespacedPodLog({ namespace, name, container, tailLines: logLines }).catch(() => "");
  return !text.trim() || text.startsWith("unable to retrieve") ? "" : `\n${text.trimEnd().replace(/^/gm, "    ")}`;
}

function isFinal(error: unknown): boolean {
  return error instanceof ApiException && [401, 403, 404].includes(error.code);
}
