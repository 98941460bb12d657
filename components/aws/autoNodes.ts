import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EksCluster } from "./eksCluster";
import type { ClusterNetwork } from "./network";
import {
  nodeClassSpec,
  nodePoolSpec,
  volumeParameters,
  type Capacity,
  type NodePoolArgs,
  type NodeRole,
} from "./nodePools";
import type { Tags } from "./tags";
import { VolumesGone } from "./volumesGone";

export interface AutoNodesArgs {
  readonly cluster: EksCluster;
  readonly network: ClusterNetwork;
  /** Name of the cluster's stack, a label's value. */
  readonly instance: string;
  /** Name of the StorageClass. */
  readonly storageClass: string;
  readonly architecture: "amd64" | "arm64";
  /** How the workers' nodes are paid; the others are always on demand. */
  readonly capacity: Capacity;
  /** Instance families of the workers' nodes. Default: all recent ones for general use, computing and memory. */
  readonly families?: readonly string[];
  /** Cores that all nodes of the workers together may have. */
  readonly maxCpus: number;
  readonly tags: Tags;
}

const coreCpus = 64;

/**
 * Where the pods of a cluster in Auto Mode run: nodes that come with the pods and go once they are empty, encrypted
 * volumes, network policies that are enforced. Pods depend on it; deleted, it takes nodes and volumes along.
 */
export class AutoNodes extends pulumi.ComponentResource {
  constructor(name: string, args: AutoNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:aws:AutoNodes", name, {}, opts);
    const child = { parent: this };
    const { cluster, network, instance, tags } = args;
    const policies = new k8s.core.v1.ConfigMap(
      `${name}-network-policies`,
      {
        // Without it Auto Mode accepts network policies and enforces none:
        // https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html
        metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
        data: { "enable-network-policy-controller": "true" },
      },
      child,
    );
    const nodeClass = new k8s.apiextensions.CustomResource(
      `${name}-class`,
      {
        apiVersion: "eks.amazonaws.com/v1",
        kind: "NodeClass",
        metadata: { name: `rcluster-${instance}` },
        spec: nodeClassSpec({
          role: cluster.nodeRole,
          securityGroupId: cluster.securityGroupId,
          keyArn: cluster.keyArn,
          subnetIds: network.nodeSubnetIds,
          publicNodes: network.publicNodes,
          tags,
        }),
      },
      { parent: this, dependsOn: policies },
    );
    const className = nodeClass.metadata.apply((metadata) => (metadata as { name: string }).name);
    const pool = (role: NodeRole, pooled: Pick<NodePoolArgs, "capacity" | "families" | "maxCpus">) =>
      new k8s.apiextensions.CustomResource(
        `${name}-${role}`,
        {
          apiVersion: "karpenter.sh/v1",
          kind: "NodePool",
          // It is gone when its nodes are.
          metadata: {
            name: `rcluster-${instance}-${role}`,
            annotations: { "pulumi.com/deletionPropagationPolicy": "foreground" },
          },
          spec: nodePoolSpec({ ...args, ...pooled, role, nodeClass: className }),
        },
        child,
      );
    const pools = [
      pool("core", { capacity: "on-demand", families: undefined, maxCpus: coreCpus }),
      pool("worker", args),
    ];
    const storage = new k8s.storage.v1.StorageClass(
      `${name}-storage`,
      {
        metadata: { name: args.storageClass },
        provisioner: "ebs.csi.eks.amazonaws.com",
        parameters: volumeParameters(tags, cluster.keyArn),
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
        reclaimPolicy: "Delete",
      },
      child,
    );
    new VolumesGone(
      `${name}-volumes-gone`,
      { kubeconfig: cluster.kubeconfig, storageClass: args.storageClass },
      { parent: this, dependsOn: [...pools, storage] },
    );
    this.registerOutputs();
  }
}
