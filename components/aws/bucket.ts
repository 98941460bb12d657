import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsPlace } from "./place";
import { bucketAccess, bucketTls, podTrust } from "./policies";
import { makeRole } from "./role";
import { named, type Tags } from "./tags";

export interface BucketArgs {
  readonly bucketName: string;
  /** Whether it exists already, made by somebody else: it then stays when this goes. */
  readonly existing: boolean;
  readonly clusterName: pulumi.Input<string>;
  readonly clusterArn: pulumi.Input<string>;
  /** Namespace and service account of the pods that use it. */
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly place: AwsPlace;
  /** ARN of the key for what is in it. Default: S3's own. */
  readonly keyArn?: pulumi.Output<string>;
  readonly tags: Tags;
}

/**
 * A private bucket on S3 for the data of one cluster, which its pods use without any key: EKS lends them a role. A bucket
 * made here goes with all that is in it.
 */
export class Bucket extends pulumi.ComponentResource {
  constructor(name: string, args: BucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:aws:Bucket", name, {}, opts);
    const child = { parent: this };
    const { place, tags } = args;
    const bucketArn = args.existing
      ? pulumi.output(`arn:${place.partition}:s3:::${args.bucketName}`)
      : privateBucket(name, args, child);
    const { role, ready } = makeRole(
      `${name}-pods`,
      {
        trust: pulumi.output(args.clusterArn).apply((arn) => podTrust(arn, args.namespace, args.serviceAccount)),
        description: `Pods that use bucket ${args.bucketName}`,
        inline: { bucket: pulumi.all([bucketArn, args.keyArn]).apply(([arn, key]) => bucketAccess(arn, key)) },
        partition: place.partition,
        tags,
      },
      child,
    );
    new aws.eks.PodIdentityAssociation(
      `${name}-identity`,
      {
        clusterName: args.clusterName,
        namespace: args.namespace,
        serviceAccount: args.serviceAccount,
        roleArn: role.arn,
        tags: named(tags, args.bucketName),
      },
      { parent: this, dependsOn: [...ready] },
    );
    this.registerOutputs();
  }
}

function privateBucket(
  name: string,
  { bucketName, keyArn, tags }: BucketArgs,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const bucket = new aws.s3.Bucket(
    `${name}-s3`,
    { bucket: bucketName, forceDestroy: true, tags: named(tags, bucketName) },
    child,
  );
  const closed = new aws.s3.BucketPublicAccessBlock(
    `${name}-private`,
    {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    child,
  );
  const encryption = keyArn ? { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn } : { sseAlgorithm: "AES256" };
  const rules = [{ applyServerSideEncryptionByDefault: encryption, bucketKeyEnabled: keyArn !== undefined }];
  const encrypted = new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { bucket: bucket.id, rules },
    child,
  );
  const tls = new aws.s3.BucketPolicy(`${name}-tls`, { bucket: bucket.id, policy: bucket.arn.apply(bucketTls) }, child);
  return pulumi.all([bucket.arn, closed.urn, encrypted.urn, tls.urn]).apply(([arn]) => arn);
}
