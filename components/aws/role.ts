import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { managedPolicy } from "./policies";
import { named, type Tags } from "./tags";

interface RoleArgs {
  /** Who may take it. */
  readonly trust: pulumi.Input<string>;
  readonly description: string;
  /** Names of AWS's own policies. */
  readonly managed?: readonly string[];
  /** Policies of its own, by name. */
  readonly inline?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly partition: string;
  readonly tags: Tags;
}

/** A role with its policies. `ready` is what whoever uses the role has to wait for, and to be gone before. */
export interface Role {
  readonly role: aws.iam.Role;
  readonly ready: readonly pulumi.Resource[];
}

/** Makes a role, named by Pulumi, and attaches its policies. */
export function makeRole(name: string, args: RoleArgs, opts: pulumi.CustomResourceOptions): Role {
  const { managed = [], inline = {}, partition, tags } = args;
  const role = new aws.iam.Role(
    name,
    { assumeRolePolicy: args.trust, description: args.description, tags: named(tags, name) },
    opts,
  );
  const attachments = managed.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy}`,
        { role: role.name, policyArn: managedPolicy(policy, partition) },
        opts,
      ),
  );
  const own = Object.entries(inline).map(
    ([title, policy]) => new aws.iam.RolePolicy(`${name}-${title}`, { role: role.name, policy }, opts),
  );
  return { role, ready: [...attachments, ...own] };
}
