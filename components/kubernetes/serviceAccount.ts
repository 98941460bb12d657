import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { clusterLabels, type ClusterContext } from "./context";

/**
 * An account for a cluster's pods that may do nothing on Kubernetes; outside of it, a cloud may lend a role to it.
 *
 * @returns its name, once it is there
 */
export function serviceAccount(
  accountName: string,
  context: ClusterContext,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const metadata = { name: accountName, namespace: context.namespace, labels: clusterLabels(context) };
  return new k8s.core.v1.ServiceAccount("account", { metadata, automountServiceAccountToken: false }, opts).metadata
    .name;
}
