import type { V1Node, V1Taint } from "@kubernetes/client-node";
import type { Placement, Toleration } from "./pod";
import type { PodResources } from "./quantities";

/** What one pod asks of a node. `key` is the part of the config that says so, such as `worker` or `pools[0]`. */
export interface PodRequest extends PodResources, Placement {
  readonly key: string;
}

interface Demand {
  /** The part of the key that follows the pod's. */
  readonly key: string;
  readonly resource: string;
  readonly amount: number;
  readonly text: (amount: number) => string;
}

/** A line for each thing that makes the pod too large for every node that may run it. */
export function misfits(pod: PodRequest, nodes: readonly V1Node[]): string[] {
  return reasons(pod, nodes).map((reason) => `${reason}${onDemand}`);
}

const onDemand = "; where nodes are made on demand, set kubernetes.elastic";

function reasons(pod: PodRequest, nodes: readonly V1Node[]): string[] {
  if (nodes.length === 0) return ["the cluster has no nodes"];
  const selected = nodes.filter((node) => matches(node, pod.nodeSelector ?? {}));
  if (selected.length === 0) {
    return [`config ${pod.key}.nodeSelector: no node has the labels ${labelText(pod.nodeSelector ?? {})}`];
  }
  const usable = selected.filter((node) => accepts(node, pod.tolerations ?? []));
  if (usable.length === 0) return [`config ${pod.key}.tolerations: no node takes the pod; taints: ${taints(selected)}`];

  const asked = demands(pod);
  const tooMuch = asked.flatMap((demand) => {
    const largest = Math.max(...usable.map((node) => allocatable(node, demand.resource)));
    if (demand.amount <= largest) return [];
    const limit = `at most ${demand.text(largest)}, the most that a node has`;
    return [`config ${pod.key}.${demand.key}: ${demand.text(demand.amount)} is not allowed; allowed: ${limit}`];
  });
  if (tooMuch.length > 0) return tooMuch;
  if (usable.some((node) => asked.every((demand) => demand.amount <= allocatable(node, demand.resource)))) return [];
  const together = asked.map(({ key, amount, text }) => `${key} ${text(amount)}`).join(", ");
  return [`config ${pod.key}: no single node has ${together}; allowed: what fits on one node`];
}

function demands(pod: PodRequest): Demand[] {
  return [
    { key: "cpus", resource: "cpu", amount: pod.cpus, text: String },
    { key: "memory", resource: "memory", amount: pod.memory, text: size },
    { key: "ephemeralStorage", resource: "ephemeral-storage", amount: pod.ephemeralStorage ?? 0, text: size },
    ...Object.entries(pod.devices ?? {}).map(([resource, amount]) => ({ key: "gpu", resource, amount, text: String })),
  ].filter(({ amount }) => amount > 0);
}

function matches(node: V1Node, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([name, value]) => node.metadata?.labels?.[name] === value);
}

function accepts(node: V1Node, tolerations: readonly Toleration[]): boolean {
  return hard(node).every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)));
}

function hard(node: V1Node): V1Taint[] {
  return (node.spec?.taints ?? []).filter(({ effect }) => effect !== "PreferNoSchedule");
}

function tolerates(toleration: Toleration, taint: V1Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  return toleration.operator === "Exists" || (toleration.value ?? "") === (taint.value ?? "");
}

function taints(nodes: readonly V1Node[]): string {
  const texts = nodes.flatMap(hard).map(({ key, value, effect }) => `${key}${value ? `=${value}` : ""}:${effect}`);
  return [...new Set(texts)].join(", ");
}

function allocatable(node: V1Node, resource: string): number {
  return quantity(node.status?.allocatable?.[resource] ?? "0");
}

const decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** The number that a Kubernetes quantity stands for: "1930m" is 1.93, "2Ki" is 2048. */
export function quantity(text: string): number {
  const [, number, suffix = ""] = /^([\d.]+(?:[eE]-?\d+)?)(\w*)$/.exec(text) ?? [];
  const factor = suffix.endsWith("i") ? 2 ** (10 * binary.indexOf(suffix)) : 10 ** (3 * (decimal.indexOf(suffix) - 3));
  return Number(number) * factor;
}

// Rounded down, so that what is called the most does fit.
function size(bytes: number): string {
  return bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30}Gi` : `${Math.floor(bytes / 2 ** 20)}Mi`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.join(", ");
}
