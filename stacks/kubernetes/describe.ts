import {
  clusterVersion,
  type Cluster,
  type IdeArgs,
  type KubernetesJobs,
  type Platform,
} from "../../components/contracts";
import { describeIde } from "../../components/ide";
import { quote } from "../../components/quote";

/** What there is to describe. */
interface Made {
  readonly platform: Platform;
  readonly namespace: string;
  readonly context: string;
  readonly kubeconfig?: string;
  readonly master: string;
  readonly deployments: readonly string[];
  readonly instance: string;
  readonly image: string;
  readonly workers: number;
  /** Port of this machine for Redis; undefined for a Redis that is not the stack's. */
  readonly localPort?: number;
  readonly jobs: KubernetesJobs;
  /** Service of the exporter of metrics, if there is one. */
  readonly metrics?: string;
  /** The master's IDE, if it has one. */
  readonly ide?: IdeArgs;
}

/** The output `cluster` of a cluster on Kubernetes. */
export function describeCluster(made: Made): Cluster {
  const { namespace, context, kubeconfig, master, deployments, image, workers, localPort } = made;
  const kubectl = [
    "kubectl",
    ...(kubeconfig ? ["--kubeconfig", kubeconfig] : []),
    ...["--context", context, "--namespace", namespace],
  ];
  const line = (...args: string[]) => [...kubectl, ...args].map(quote).join(" ");
  const selector = `app.kubernetes.io/instance=${made.instance},app.kubernetes.io/component=worker`;
  return {
    version: clusterVersion,
    platform: made.platform,
    names: { namespace, redis: "redis", master, workers: deployments, ...(made.metrics && { metrics: made.metrics }) },
    workers,
    kubernetes: { context, ...(kubeconfig && { kubeconfig }) },
    exec: [...kubectl, "exec", "--stdin", master, "--"],
    commands: {
      shell: line("exec", "-it", master, "--", "R"),
      rscript: line("exec", master, "--", "Rscript"),
      ...(workers > 0 && {
        logs: line("logs", "--follow", "--prefix", "--max-log-requests", "100", "--selector", selector),
      }),
      ...(localPort !== undefined && { portForward: line("port-forward", "service/redis", `${localPort}:6379`) }),
    },
    image,
    jobs: made.jobs,
    ...(made.ide && { ide: describeIde(made.ide) }),
  };
}
