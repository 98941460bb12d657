// IAM documents. Names and contents as in the guide of EKS:
// https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
// https://docs.aws.amazon.com/eks/latest/userguide/auto-create-node-role.html
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html

/** AWS's own policies that the role of a cluster in Auto Mode has. */
export const clusterPolicies = [
  "AmazonEKSClusterPolicy",
  "AmazonEKSComputePolicy",
  "AmazonEKSBlockStoragePolicy",
  "AmazonEKSLoadBalancingPolicy",
  "AmazonEKSNetworkingPolicy",
] as const;

/** AWS's own policies that the role of its nodes has: join the cluster, hand out pod identities, pull images. */
export const nodePolicies = ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"] as const;

/** ARN of one of AWS's own policies. */
export function managedPolicy(name: string, partition = "aws"): string {
  return `arn:${partition}:iam::aws:policy/${name}`;
}

/** ARN of one of EKS's own policies for access entries. */
export function accessPolicy(name: string, partition = "aws"): string {
  return `arn:${partition}:eks::aws:cluster-access-policy/${name}`;
}

/** A statement of an IAM document. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** An IAM document of these statements, as JSON. */
export function document(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Lets a service take a role; Auto Mode and pod identities tag their sessions. */
export function trust(service: string, tagSession: boolean): string {
  const Action = tagSession ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"];
  return document({ Effect: "Allow", Principal: { Service: service }, Action });
}

/** Lets only the pods of one cluster's namespace take a role through their service account. */
export function podTrust(clusterArn: string, namespace: string, serviceAccount: string): string {
  return document({
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:RequestTag/eks-cluster-arn": clusterArn,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    },
  });
}

/**
 * What the cluster's role needs for nodes and volumes with tags of one's own: AWS's policies allow only AWS's tags. It
 * is the guide's, without what is for load balancers; each statement is bound to things that bear the cluster's name.
 */
export function taggingPolicy(partition = "aws"): string {
  const ownCluster = { "aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}" };
  return document(
    {
      Sid: "Compute",
      Effect: "Allow",
      Action: ["ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate"],
      Resource: "*",
      Condition: {
        StringEquals: ownCluster,
        StringLike: {
          "aws:RequestTag/eks:kubernetes-node-class-name": "*",
          "aws:RequestTag/eks:kubernetes-node-pool-name": "*",
        },
      },
    },
    {
      Sid: "Storage",
      Effect: "Allow",
      Action: ["ec2:CreateVolume", "ec2:CreateSnapshot"],
      Resource: [`arn:${partition}:ec2:*:*:volume/*`, `arn:${partition}:ec2:*:*:snapshot/*`],
      Condition: { StringEquals: ownCluster },
    },
    {
      Sid: "Networking",
      Effect: "Allow",
      Action: "ec2:CreateNetworkInterface",
      Resource: "*",
      Condition: { StringEquals: ownCluster, StringLike: { "aws:RequestTag/eks:kubernetes-cni-node-name": "*" } },
    },
  );
}

/** What master and workers may do with their bucket, and with the key of what is in it. */
export function bucketAccess(bucketArn: string, keyArn?: string): string {
  return document(
    { Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: bucketArn },
    {
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      Resource: `${bucketArn}/*`,
    },
    ...(keyArn ? [{ Effect: "Allow" as const, Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: keyArn }] : []),
  );
}

/** Refuses what does not come by TLS. */
export function bucketTls(bucketArn: string): string {
  return document({
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
}
