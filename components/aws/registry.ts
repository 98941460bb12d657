import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RegistryLogin } from "../kubernetes";
import { named, type Tags } from "./tags";

export interface RegistryArgs {
  /** Name of the repository. */
  readonly repositoryName: string;
  /** ARN of the key for its images. Default: AWS's own. */
  readonly keyArn?: pulumi.Input<string>;
  readonly tags: Tags;
}

const untaggedImages = 20;

/**
 * A private repository on ECR for a cluster's image. Pushed images are scanned; those that a newer one has taken the tag
 * from stay until 20 newer ones have come, since pods may still run them, and all go with the repository.
 */
export class Registry extends pulumi.ComponentResource {
  /** HOST/PATH of the repository. */
  readonly url: pulumi.Output<string>;
  /** Who pushes to it, for the next 12 hours. */
  readonly login: RegistryLogin;

  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:aws:Registry", name, {}, opts);
    const child = { parent: this };
    const repository = new aws.ecr.Repository(
      `${name}-images`,
      {
        name: args.repositoryName,
        imageTagMutability: "MUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [
          args.keyArn ? { encryptionType: "KMS", kmsKey: args.keyArn } : { encryptionType: "AES256" },
        ],
        forceDelete: true,
        tags: named(args.tags, args.repositoryName),
      },
      child,
    );
    const lifecycle = new aws.ecr.LifecyclePolicy(
      `${name}-lifecycle`,
      { repository: repository.name, policy: JSON.stringify({ rules: [untaggedRule] }) },
      child,
    );
    const token = aws.ecr.getAuthorizationTokenOutput({ registryId: repository.registryId }, child);
    this.url = pulumi.all([repository.repositoryUrl, lifecycle.urn]).apply(([url]) => url);
    this.login = { server: token.proxyEndpoint, username: token.userName, password: pulumi.secret(token.password) };
    this.registerOutputs({ url: this.url });
  }
}

const untaggedRule = {
  rulePriority: 1,
  description: `of images without a tag the latest ${untaggedImages} stay`,
  selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: untaggedImages },
  action: { type: "expire" },
};
