import type { Input } from "@pulumi/pulumi";

// What Auto Mode's kinds look like:
// https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
// https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html

/** What nodes are for: `core` for Redis, the master and whoever coordinates jobs, `worker` for the workers. */
export type NodeRole = "core" | "worker";

/** How a node is paid: what AWS has to spare and may take back, what it keeps, or the former where there is any. */
export type Capacity = "spot" | "on-demand" | "spot-first";

/** What nodes of a pool may be. */
export interface NodePoolArgs {
  readonly role: NodeRole;
  /** Name of the cluster's stack, a label's value. */
  readonly instance: string;
  readonly nodeClass: Input<string>;
  readonly architecture: "amd64" | "arm64";
  readonly capacity: Capacity;
  /** Instance families, such as `c7g`. Default: all recent ones for general use, computing and memory. */
  readonly families?: readonly string[];
  /** Cores that all nodes of the pool together may have: a bound on the bill. */
  readonly maxCpus: number;
}

const capacityTypes: Readonly<Record<Capacity, readonly string[]>> = {
  spot: ["spot"],
  "on-demand": ["on-demand"],
  "spot-first": ["spot", "on-demand"], // whatever the order, spot comes first where both are allowed
};

const label = (role: NodeRole) => `rcluster.node.${role}`;

/** Labels of a pool's nodes; a pod that selects them starts no other node, and runs on no other. */
export function nodeLabels(role: NodeRole, instance: string): Record<string, string> {
  return { [label(role)]: instance };
}

/**
 * Spec of a NodePool. Only empty nodes are taken away, since any other would take running tasks along: a new machine
 * image, of which there is one most weeks, comes with new nodes only. A node lives for 20 days and then has one to
 * drain, Auto Mode's limit of 21 in all.
 */
export function nodePoolSpec(args: NodePoolArgs) {
  const families = args.families?.length
    ? [requirement("eks.amazonaws.com/instance-family", "In", args.families)]
    : [
        requirement("eks.amazonaws.com/instance-category", "In", ["c", "m", "r"]),
        requirement("eks.amazonaws.com/instance-generation", "Gt", ["4"]),
      ];
  return {
    template: {
      metadata: { labels: nodeLabels(args.role, args.instance) },
      spec: {
        nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: args.nodeClass },
        requirements: [
          requirement("karpenter.sh/capacity-type", "In", capacityTypes[args.capacity]),
          requirement("kubernetes.io/arch", "In", [args.architecture]),
          ...families,
        ],
        expireAfter: "480h",
        terminationGracePeriod: "24h",
      },
    },
    limits: { cpu: String(args.maxCpus) },
    disruption: {
      consolidationPolicy: "WhenEmpty",
      consolidateAfter: "60s",
      budgets: [
        { nodes: "100%", reasons: ["Empty"] },
        { nodes: "0", reasons: ["Drifted"] },
      ],
    },
  };
}

function requirement(key: string, operator: "In" | "Gt", values: readonly string[]) {
  return { key, operator, values: [...values] };
}

/** What nodes have in common. */
export interface NodeClassArgs {
  /** Name of their role. */
  readonly role: Input<string>;
  readonly subnetIds: readonly Input<string>[];
  readonly securityGroupId: Input<string>;
  /** Whether they have public addresses. */
  readonly publicNodes: boolean;
  /** ARN of the key for their disks. Default: AWS's own. */
  readonly keyArn?: Input<string>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Spec of a NodeClass. Network policies are enforced on its nodes. */
export function nodeClassSpec(args: NodeClassArgs) {
  return {
    role: args.role,
    subnetSelectorTerms: args.subnetIds.map((id) => ({ id })),
    securityGroupSelectorTerms: [{ id: args.securityGroupId }],
    networkPolicy: "DefaultAllow",
    ephemeralStorage: { size: "80Gi", ...(args.keyArn && { kmsKeyID: args.keyArn }) },
    ...(args.publicNodes && { advancedNetworking: { associatePublicIPAddress: true } }),
    tags: { ...args.tags },
  };
}

/** Parameters of a StorageClass for encrypted volumes that bear tags. */
export function volumeParameters(
  tags: Readonly<Record<string, string>>,
  keyArn?: Input<string>,
): Record<string, Input<string>> {
  const specifications = Object.entries(tags).map(([key, value], index) => [
    `tagSpecification_${index + 1}`,
    `${key}=${value}`,
  ]);
  return {
    type: "gp3",
    encrypted: "true",
    ...(keyArn && { kmsKeyId: keyArn }),
    ...(Object.fromEntries(specifications) as Record<string, string>),
  };
}
