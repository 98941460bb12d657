import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { RunError } from "@pulumi/pulumi/errors"; // without the rest, which takes half a second

/** Which cluster: what a user says of it. */
export interface Target {
  /** Path of a kubeconfig file, or its text. Default: the files in KUBECONFIG, else `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Name of a context in it. Default: its current context. */
  readonly context?: string;
}

/**
 * Reads a kubeconfig as kubectl does and selects its context.
 *
 * @throws RunError with one line if there is no such file or context, or the file is no kubeconfig
 */
export function loadKubeconfig(target: Target, env: NodeJS.ProcessEnv = process.env): KubeConfig {
  const merged = new KubeConfig();
  for (const config of sources(target, env)) merge(merged, config);
  const context = target.context ?? merged.currentContext;
  if (!merged.getContextObject(context)) throw new RunError(noContext(target.context, merged));
  merged.setCurrentContext(context);
  if (!merged.getCurrentCluster()) throw new RunError(`the kubeconfig's context ${context} names no cluster in it`);
  return merged;
}

function sources({ kubeconfig }: Target, env: NodeJS.ProcessEnv): KubeConfig[] {
  if (kubeconfig?.includes("\n") || kubeconfig?.startsWith("{")) return [parse("the kubeconfig", kubeconfig)];
  return files(kubeconfig, env).map((file) => parse(file, fs.readFileSync(file, "utf8"), path.dirname(file)));
}

function files(kubeconfig: string | undefined, env: NodeJS.ProcessEnv): string[] {
  if (kubeconfig !== undefined) {
    const file = path.resolve(expandHome(kubeconfig));
    if (isFile(file)) return [file];
    throw new RunError(`config kubernetes.kubeconfig: "${kubeconfig}" is not allowed; allowed: the path of a file`);
  }
  const named = env.KUBECONFIG?.split(path.delimiter).filter(Boolean) ?? [];
  const candidates = named.length > 0 ? named : [path.join(os.homedir(), ".kube", "config")];
  const existing = candidates.filter(isFile);
  if (existing.length > 0) return existing;
  const place = named.length > 0 ? `KUBECONFIG names ${named.join(" and ")}` : `there is no ${candidates.join()}`;
  throw new RunError(`no kubeconfig: ${place}; set config kubernetes.kubeconfig to the path of one`);
}

/** A path as programs take it, where a shell would have seen to the `~`. */
export function expandHome(file: string): string {
  return file.replace(/^~(?=\/)/, os.homedir());
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function parse(name: string, text: string, folder = "."): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch (error) {
    throw new RunError(`${name} is not a kubeconfig: ${(error as Error).message.split("\n")[0]}`);
  }
  config.makePathsAbsolute(path.resolve(folder));
  return config;
}

// The first file to name something wins.
function merge(into: KubeConfig, from: KubeConfig): void {
  const fresh = <T extends { name: string }>(own: T[], others: T[]) =>
    others.filter(({ name }) => !own.some((entry) => entry.name === name));
  into.clusters.push(...fresh(into.clusters, from.clusters));
  into.users.push(...fresh(into.users, from.users));
  into.contexts.push(...fresh(into.contexts, from.contexts));
  into.currentContext ||= from.currentContext;
}

function noContext(wanted: string | undefined, config: KubeConfig): string {
  const known = config.contexts.map(({ name }) => name).join(", ");
  if (!known) return "the kubeconfig has no contexts: set config kubernetes.kubeconfig to the path of one that has";
  const fault = wanted === undefined ? "the kubeconfig has no current one" : `"${wanted}" is not allowed`;
  return `config kubernetes.context: ${fault}; allowed: ${known}`;
}
