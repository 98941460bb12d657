import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accessEntry } from "./accessEntry";
import { clusterKey } from "./key";
import { keyUse } from "./keyPolicies";
import { kubeconfig } from "./kubeconfig";
import type { ClusterNetwork } from "./network";
import type { AwsPlace } from "./place";
import { accessPolicy, clusterPolicies, nodePolicies, taggingPolicy, trust } from "./policies";
import { makeRole } from "./role";
import { named, type Tags } from "./tags";

export interface EksClusterArgs {
  /** Name of the cluster. */
  readonly clusterName: string;
  readonly place: AwsPlace;
  readonly network: ClusterNetwork;
  /** Kubernetes version, such as "1.35". */
  readonly version: string;
  /** Networks from which the API may be reached from outside of the VPC, in CIDR notation; none for private only. */
  readonly publicAccess: readonly string[];
  /** ARNs of roles that administer the cluster besides whoever makes it, who is no part of this list. */
  readonly admins: readonly string[];
  /** `aws` for AWS's own keys, `own` for a key of this cluster. */
  readonly encryption: "aws" | "own";
  /** Logs of the control plane to keep. */
  readonly logTypes: readonly string[];
  /** Days that they are kept. */
  readonly logDays: number;
  readonly tags: Tags;
}

/**
 * A Kubernetes cluster on EKS in Auto Mode, without nodes of its own: see AutoNodes.
 *
 * @example
 * const cluster = new EksCluster("cluster", { clusterName: "rcluster-dev", network, version: "1.35", ... });
 * const provider = new k8s.Provider("kubernetes", { kubeconfig: cluster.kubeconfig });
 */
export class EksCluster extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  readonly clusterArn: pulumi.Output<string>;
  /** A kubeconfig without secrets; logging in is the AWS CLI's part. Known once nodes may join. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Name of the role of the nodes. */
  readonly nodeRole: pulumi.Output<string>;
  /** Id of the security group in which control plane and nodes talk to each other. */
  readonly securityGroupId: pulumi.Output<string>;
  /** ARN of the cluster's own key; undefined with AWS's. */
  readonly keyArn?: pulumi.Output<string>;

  constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:aws:EksCluster", name, {}, opts);
    const child = { parent: this };
    const { clusterName, place, tags } = args;
    const { partition } = place;
    const logGroup = `/aws/eks/${clusterName}/cluster`;
    this.keyArn = args.encryption === "own" ? clusterKey(`${name}-key`, { ...args, logGroup }, child) : undefined;

    // EKS would make it otherwise, to be kept for ever and by nobody.
    const logs = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { name: logGroup, retentionInDays: args.logDays, kmsKeyId: this.keyArn, tags: named(tags, logGroup) },
      child,
    );
    const control = makeRole(
      `${name}-control`,
      {
        trust: trust("eks.amazonaws.com", true),
        description: `Control plane of ${clusterName}`,
        managed: clusterPolicies,
        inline: { tagging: taggingPolicy(partition), ...(this.keyArn && { key: this.keyArn.apply(keyUse) }) },
        partition,
        tags,
      },
      child,
    );
    const nodes = makeRole(
      `${name}-node`,
      {
        trust: trust("ec2.amazonaws.com", false),
        description: `Nodes of ${clusterName}`,
        managed: nodePolicies,
        partition,
        tags,
      },
      child,
    );
    const cluster = new aws.eks.Cluster(
      `${name}-eks`,
      {
        name: clusterName,
        roleArn: control.role.arn,
        version: args.version,
        upgradePolicy: { supportType: "STANDARD" }, // extended support costs six times as much
        bootstrapSelfManagedAddons: false,
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
        computeConfig: { enabled: true },
        kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } }, // goes with the other two
        storageConfig: { blockStorage: { enabled: true } },
        vpcConfig: {
          subnetIds: [...args.network.nodeSubnetIds],
          endpointPrivateAccess: true,
          endpointPublicAccess: args.publicAccess.length > 0,
          ...(args.publicAccess.length > 0 && { publicAccessCidrs: [...args.publicAccess] }),
        },
        enabledClusterLogTypes: [...args.logTypes],
        ...(this.keyArn && { encryptionConfig: { resources: ["secrets"], provider: { keyArn: this.keyArn } } }),
        tags: named(tags, clusterName),
      },
      { ...child, dependsOn: [logs, ...control.ready] },
    );
    const joined = accessEntry(
      `${name}-nodes`,
      {
        clusterName: cluster.name,
        principalArn: nodes.role.arn,
        type: "EC2",
        policyArn: accessPolicy("AmazonEKSAutoNodePolicy", partition),
        tags,
      },
      child,
    );
    const admitted = args.admins.flatMap((role) => {
      const title = role.replace(/^.*:role\//, "").replaceAll("/", "-");
      const policyArn = accessPolicy("AmazonEKSClusterAdminPolicy", partition);
      const entry = { clusterName: cluster.name, principalArn: role, type: "STANDARD", policyArn, tags } as const;
      return accessEntry(`${name}-${title}`, entry, child);
    });

    // Whoever uses the cluster counts on its nodes' right to join, which has to outlive them. So has the right of the
    // administrator who destroys it.
    const usable = pulumi.all([...joined, ...admitted, ...nodes.ready].map(({ urn }) => urn));
    this.clusterName = cluster.name;
    this.clusterArn = cluster.arn;
    this.nodeRole = pulumi.all([nodes.role.name, usable]).apply(([role]) => role);
    this.securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.kubeconfig = pulumi
      .all([cluster.name, cluster.endpoint, cluster.certificateAuthority.data, usable])
      .apply(([found, endpoint, authority]) => kubeconfig({ clusterName: found, endpoint, authority, ...place }));
    this.registerOutputs({ clusterName: this.clusterName, kubeconfig: this.kubeconfig });
  }
}
