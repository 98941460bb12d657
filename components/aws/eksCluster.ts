import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { kubeconfig } from "./kubeconfig";
import type { ClusterNetwork } from "./network";
import { accessPolicy, clusterPolicies, keyPolicy, keyUse, nodePolicies, taggingPolicy, trust } from "./policies";
import { makeRole } from "./role";
import { named, type Tags } from "./tags";

/** Who and where the program is on AWS. */
export interface AwsPlace {
  readonly account: string;
  readonly region: string;
  /** `aws`, or another one's name, such as `aws-us-gov`. */
  readonly partition: string;
  /** Profile of the AWS configuration. Default: what the environment says. */
  readonly profile?: string;
}

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
    const logGroupName = `/aws/eks/${clusterName}/cluster`;
    this.keyArn = args.encryption === "own" ? key(`${name}-key`, args, logGroupName, child) : undefined;

    // EKS would make it otherwise, to be kept for ever and by nobody.
    const logs = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { name: logGroupName, retentionInDays: args.logDays, kmsKeyId: this.keyArn, tags: named(tags, logGroupName) },
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
    const entries = [
      ...entry(
        `${name}-nodes`,
        cluster,
        nodes.role.arn,
        "EC2",
        accessPolicy("AmazonEKSAutoNodePolicy", partition),
        args,
        child,
      ),
      ...args.admins.flatMap((role) =>
        entry(
          `${name}-${role.replace(/^.*\//, "")}`,
          cluster,
          role,
          "STANDARD",
          accessPolicy("AmazonEKSClusterAdminPolicy", partition),
          args,
          child,
        ),
      ),
    ];

    // Whoever uses the cluster counts on its nodes' right to join, which has to outlive them.
    const usable = pulumi.all([...entries, ...nodes.ready].map(({ urn }) => urn));
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

function key(
  name: string,
  { place, clusterName, tags }: EksClusterArgs,
  logGroup: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { arn, keyId } = new aws.kms.Key(
    name,
    {
      description: `Secrets, volumes, images and logs of ${clusterName}`,
      policy: keyPolicy(place.account, place.region, logGroup, place.partition),
      enableKeyRotation: true,
      deletionWindowInDays: 7,
      tags: named(tags, clusterName),
    },
    opts,
  );
  new aws.kms.Alias(`${name}-alias`, { name: `alias/${clusterName}`, targetKeyId: keyId }, opts);
  return arn;
}

function entry(
  name: string,
  cluster: aws.eks.Cluster,
  principalArn: pulumi.Input<string>,
  type: "EC2" | "STANDARD",
  policyArn: string,
  { tags }: EksClusterArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const made = new aws.eks.AccessEntry(
    `${name}-entry`,
    { clusterName: cluster.name, principalArn, type, tags: named(tags, name) },
    opts,
  );
  const policy = new aws.eks.AccessPolicyAssociation(
    `${name}-policy`,
    { clusterName: cluster.name, principalArn: made.principalArn, policyArn, accessScope: { type: "cluster" } },
    opts,
  );
  return [made, policy];
}
