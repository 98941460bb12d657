import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../environment";

/** What the components of one cluster share. */
export interface ClusterContext {
  /** The namespace that they are in. */
  readonly namespace: pulumi.Input<string>;
  /** Name of the cluster, a label's value; no two in a namespace have the same. */
  readonly instance: string;
  /**
   * Returns once the pods of what was made or changed are up, or throws with the reason why they are not. Default: does
   * not wait.
   */
  readonly rollout?: (workload: Workload) => Promise<void>;
}

/** What makes pods. */
export interface Workload {
  readonly kind: "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
}

/** What a pod does in its cluster. */
export type Role = "redis" | "worker" | "master" | "job" | "metrics";

const clientLabel = "rcluster.client";
const poolLabel = "rcluster.pool";

/** The labels of all that a cluster makes. */
export function clusterLabels({ instance }: Pick<ClusterContext, "instance">): Environment {
  return {
    "app.kubernetes.io/name": "rcluster",
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/managed-by": "rcluster",
  };
}

/** The labels by which a cluster's pods are found: all of them, those of a role, those of one pool of workers. */
export function podSelector({ instance }: Pick<ClusterContext, "instance">, role?: Role, pool?: string): Environment {
  return {
    "app.kubernetes.io/name": "rcluster",
    "app.kubernetes.io/instance": instance,
    ...(role && { "app.kubernetes.io/component": role }),
    ...(pool && { [poolLabel]: pool }),
  };
}

/** The label that lets a pod of the namespace connect to the cluster's Redis, whoever made the pod. */
export function clientSelector({ instance }: Pick<ClusterContext, "instance">): Environment {
  return { [clientLabel]: instance };
}

/**
 * Annotations of what need not be waited for by Pulumi's provider: it cannot say why pods do not come up, and waits ten
 * minutes for them. Deletions are still waited for, so that workers have drained before Redis goes.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/
 */
export const notAwaited: Environment = { "pulumi.com/waitFor": "jsonpath={.metadata.uid}" };

/** The name of a workload, known once its pods are up. A preview does not wait. */
export function nameWhenUp(
  { rollout }: ClusterContext,
  kind: Workload["kind"],
  { metadata }: { readonly metadata: pulumi.Output<{ name: string; namespace: string }> },
): pulumi.Output<string> {
  if (!rollout || pulumi.runtime.isDryRun()) return metadata.name;
  return metadata.apply(async ({ name, namespace }) => {
    await rollout({ kind, namespace, name }).catch((error: unknown) => {
      throw sealed(error);
    });
    return name;
  });
}

// Pulumi puts `error serializing property "...": ` before the message, once for each input that waits for the output.
function sealed(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message } = error;
  return Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
}
