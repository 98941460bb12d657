import type { types } from "@pulumi/kubernetes";
import { redisPort, type Environment } from "../environment";
import { exporterPort } from "../exporter";
import { clientSelector, podSelector, type ClusterContext } from "./context";

type PolicySpec = types.input.networking.v1.NetworkPolicySpec;
type Instance = Pick<ClusterContext, "instance">;

/** Pods outside of the cluster that may connect to something in it, such as an autoscaler's or Prometheus'. */
export interface Peer {
  /** Their namespace. */
  readonly namespace: string;
  /** Labels that they have. Default: all pods of the namespace. */
  readonly podSelector?: Environment;
}

/** Where R may connect to besides DNS and Redis: everywhere, nowhere, or networks in CIDR notation. */
export type Egress = "all" | "none" | readonly string[];

/** Nobody connects to any of the cluster's pods. */
export function closed(cluster: Instance): PolicySpec {
  return { podSelector: { matchLabels: podSelector(cluster) }, policyTypes: ["Ingress"] };
}

/** The cluster's clients, its exporter of metrics and the peers connect to Redis; Redis itself connects to nothing. */
export function redisAccess(cluster: Instance, peers: readonly Peer[] = []): PolicySpec {
  const from = [
    { podSelector: { matchLabels: clientSelector(cluster) } },
    { podSelector: { matchLabels: podSelector(cluster, "metrics") } },
    ...peers.map(peerSelector),
  ];
  return {
    podSelector: { matchLabels: podSelector(cluster, "redis") },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from, ports: [{ protocol: "TCP", port: redisPort }] }],
  };
}

/** The peers, if any, connect to the exporter of metrics; it connects to DNS and Redis. */
export function metricsAccess(cluster: Instance, peers: readonly Peer[] = [], foreignPort?: number): PolicySpec {
  const ingress = { from: peers.map(peerSelector), ports: [{ protocol: "TCP", port: exporterPort }] };
  return {
    podSelector: { matchLabels: podSelector(cluster, "metrics") },
    policyTypes: ["Ingress", "Egress"],
    ...(peers.length > 0 && { ingress: [ingress] }),
    egress: restricted(cluster, [], foreignPort),
  };
}

function peerSelector({ namespace, podSelector: labels = {} }: Peer) {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: labels },
  };
}

/**
 * What R in the cluster's pods connects to.
 *
 * @param foreignPort port of a Redis that is not the cluster's own, wherever it is
 */
export function clientEgress(cluster: Instance, egress: Egress, foreignPort?: number): PolicySpec {
  const networks = typeof egress === "string" ? [] : egress;
  return {
    podSelector: { matchLabels: clientSelector(cluster) },
    policyTypes: ["Egress"],
    egress: egress === "all" ? [{}] : restricted(cluster, networks, foreignPort),
  };
}

function restricted(
  cluster: Instance,
  networks: readonly string[],
  foreignPort?: number,
): types.input.networking.v1.NetworkPolicyEgressRule[] {
  return [
    // Wherever it is: a cluster's DNS may be a pod, or an address of the node.
    {
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    },
    {
      ...(foreignPort === undefined && { to: [{ podSelector: { matchLabels: podSelector(cluster, "redis") } }] }),
      ports: [{ protocol: "TCP", port: foreignPort ?? redisPort }],
    },
    ...(networks.length > 0 ? [{ to: networks.map((cidr) => ({ ipBlock: { cidr } })) }] : []),
  ];
}
