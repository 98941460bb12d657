import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Tags } from "./tags";

interface EntryArgs {
  readonly clusterName: pulumi.Input<string>;
  /** ARN of the role that is let in. */
  readonly principalArn: pulumi.Input<string>;
  /** `EC2` for nodes of Auto Mode, `STANDARD` for people. */
  readonly type: "EC2" | "STANDARD";
  /** ARN of the policy that says what it may do. */
  readonly policyArn: string;
  readonly tags: Tags;
}

/** Lets a role into a cluster. Returns what has to be there for it to be in. */
export function accessEntry(
  name: string,
  { clusterName, principalArn, type, policyArn, tags }: EntryArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const entry = new aws.eks.AccessEntry(
    `${name}-entry`,
    { clusterName, principalArn, type, tags: named(tags, name) },
    opts,
  );
  const policy = new aws.eks.AccessPolicyAssociation(
    `${name}-policy`,
    { clusterName, principalArn: entry.principalArn, policyArn, accessScope: { type: "cluster" } },
    opts,
  );
  return [entry, policy];
}
