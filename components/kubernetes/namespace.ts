import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { clusterLabels, type ClusterContext } from "./context";

/**
 * A namespace for one cluster, in which Kubernetes refuses every pod that is not hardened (Pod Security `restricted`).
 *
 * @returns its name
 */
export function clusterNamespace(
  name: string,
  args: { readonly namespace: string } & Pick<ClusterContext, "instance">,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const levels = ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]);
  const labels = { ...clusterLabels(args), ...(Object.fromEntries(levels) as Record<string, string>) };
  return new k8s.core.v1.Namespace(name, { metadata: { name: args.namespace, labels } }, opts).metadata.name;
}
