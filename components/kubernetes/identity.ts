import { RunError } from "@pulumi/pulumi";
import { type Access, listNodes, may } from "./access";

/**
 * What tells one cluster from another, whatever its address: the id of its namespace kube-system. Undefined where this
 * login may not read it.
 */
export async function clusterId(access: Access): Promise<string | undefined> {
  if (!(await may(access, { verb: "get", resource: "namespaces", namespace: "kube-system" }))) return undefined;
  return (await access.core.readNamespace({ name: "kube-system" })).metadata?.uid;
}

/**
 * The platform to build an image for: that of the cluster's nodes. Undefined where this login may not see them.
 *
 * @throws RunError if there are nodes of several and none was chosen
 */
export async function nodePlatform(access: Access, chosen?: string): Promise<string | undefined> {
  if (chosen !== undefined) return chosen;
  const nodes = (await listNodes(access)) ?? [];
  const found = new Set(nodes.map(({ status }) => `linux/${status?.nodeInfo?.architecture}`));
  if (found.size <= 1) return [...found][0];
  throw new RunError(
    `config image.platform: is not set, and the cluster has nodes of several; allowed: ${[...found].sort().join(", ")}`,
  );
}
