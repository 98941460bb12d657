import type { KubeConfig } from "@kubernetes/client-node";
import { exitCodes, Failure } from "./failure";
import type { Target } from "./target";

/** The Kubernetes cluster that a stack is on. */
export interface Kube {
  readonly config: KubeConfig;
  readonly namespace: string;
}

/**
 * Reads how the stack's Kubernetes cluster is reached.
 *
 * @throws Failure if the kubeconfig or its context is not there
 */
export async function kubeOf({ cluster, outputs }: Target): Promise<Kube> {
  const { loadKubeconfig } = await import("../components/kubernetes/kubeconfig");
  try {
    return { config: loadKubeconfig(cluster.kubernetes ?? {}), namespace: cluster.names.namespace ?? "default" };
  } catch (error) {
    const login = typeof outputs.login === "string" ? `; '${outputs.login}' makes it` : "";
    throw new Failure(`${(error as Error).message}${login}`, exitCodes.unreachable);
  }
}
