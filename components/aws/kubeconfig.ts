/** What is needed to find a cluster on EKS and to log in to it. */
export interface EksTarget {
  readonly clusterName: string;
  readonly endpoint: string;
  /** Certificate authority, base64. */
  readonly authority: string;
  readonly region: string;
  /** Profile of the AWS configuration. Default: what the environment says. */
  readonly profile?: string;
}

/**
 * A kubeconfig, as JSON, that lets the AWS CLI log in whenever it is used: it holds no secret, does not expire and is
 * the same on every machine.
 */
export function kubeconfig({ clusterName: name, endpoint, authority, region, profile }: EksTarget): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": authority } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
            env: profile ? [{ name: "AWS_PROFILE", value: profile }] : null,
            interactiveMode: "Never",
          },
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
