import * as path from "node:path";
import { clusterVersion, type Cluster } from "../components/contracts";
import { exitCodes, Failure } from "./failure";
import { CommandFailed, pulumi, root } from "./run";

/** A cluster that is up, as its stack tells. */
export interface Target {
  /** Name of the stack. */
  readonly stack: string;
  readonly cluster: Cluster;
  /** Name of the default queue. */
  readonly queue: string;
  /** Redis as this machine reaches it, password included: never show it unasked. */
  readonly redisUrl: string;
  /** All outputs of the stack. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Reads what a stack has made.
 *
 * @param stack name of the stack; default: the selected one
 * @throws Failure if there is no such stack, none is selected, or it is not up
 */
export async function openTarget(stack?: string): Promise<Target> {
  const [text, name] = await Promise.all([
    ask(["stack", "output", "--json", "--show-secrets", ...(stack ? ["--stack", stack] : [])]),
    stack ?? selectedStack(),
  ]);
  const outputs = JSON.parse(text) as Record<string, unknown>;
  const cluster = outputs.cluster as Cluster | undefined;
  if (!cluster) {
    throw new Failure(`stack ${name} is not up: 'rcluster up --stack ${name}' makes its cluster`, exitCodes.stack);
  }
  if (cluster.version !== clusterVersion) {
    throw new Failure(`stack ${name} was made by another rcluster: 'rcluster up --stack ${name}' brings it up to date`);
  }
  return {
    stack: name,
    cluster: fromAnywhere(cluster, root),
    queue: String(outputs.queue),
    redisUrl: String(outputs.redisUrl),
    outputs,
  };
}

/** The cluster with the path of its kubeconfig, which may be relative to the project, as any folder finds it. */
export function fromAnywhere(cluster: Cluster, project: string): Cluster {
  const { kubernetes, exec } = cluster;
  if (!kubernetes?.kubeconfig) return cluster;
  const kubeconfig = path.resolve(project, kubernetes.kubeconfig);
  return {
    ...cluster,
    kubernetes: { ...kubernetes, kubeconfig },
    exec: exec.map((word) => (word === kubernetes.kubeconfig ? kubeconfig : word)),
  };
}

/** Name of the selected stack. */
export async function selectedStack(): Promise<string> {
  return (await ask(["stack", "--show-name"])).trim();
}

/** A stack's own name, where it is told with those of its organisation and project. */
export function ownName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** Runs Pulumi's CLI and returns what it prints; what it complains of becomes one line. */
export async function ask(args: readonly string[]): Promise<string> {
  try {
    return await pulumi(args, { capture: true });
  } catch (error) {
    if (error instanceof CommandFailed) throw pulumiFailure(error.stderr);
    throw error;
  }
}

/** The one line that matters of Pulumi's complaints. */
export function pulumiFailure(stderr: string): Failure {
  const line = /^(?:error: )(.+)$/m.exec(stderr)?.[1] ?? stderr.trim().split("\n").at(-1) ?? "";
  const missing = /no stack named '(.+?)' found/.exec(line)?.[1];
  if (missing) return new Failure(`there is no stack ${missing}: 'rcluster init ${missing}' makes it`, exitCodes.stack);
  if (/no stack (is )?(currently )?selected/.test(line) || line.includes("PULUMI_STACK")) {
    return new Failure("no stack is selected: 'rcluster init' makes one, --stack NAME names one", exitCodes.stack);
  }
  return new Failure(line);
}
