import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { keyPolicy } from "./keyPolicies";
import type { AwsPlace } from "./place";
import { named, type Tags } from "./tags";

interface KeyArgs {
  readonly clusterName: string;
  /** Name of the log group that it encrypts. */
  readonly logGroup: string;
  readonly place: AwsPlace;
  readonly tags: Tags;
}

/** A key for all that a cluster keeps on disks. Deleted, AWS keeps it for a week. Returns its ARN. */
export function clusterKey(
  name: string,
  { clusterName, logGroup, place, tags }: KeyArgs,
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
