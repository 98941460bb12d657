import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { clusterLabels, type ClusterContext } from "./context";
import type { RegistryLogin } from "./rImage";

/** A Secret with which pods pull from a private registry. Returns its name. */
export function pullSecret(
  name: string,
  context: ClusterContext,
  login: RegistryLogin,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const config = pulumi.output(login).apply(({ server, username, password }) => {
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    return JSON.stringify({ auths: { [server]: { username, password, auth } } });
  });
  return new k8s.core.v1.Secret(
    name,
    {
      metadata: { namespace: context.namespace, labels: clusterLabels(context) },
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": config },
    },
    opts,
  ).metadata.name;
}
