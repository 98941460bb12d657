import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { RedisEndpoint } from "../contracts";
import { clusterLabels, type ClusterContext } from "./context";
import type { VolumeMount } from "./pod";

const folder = "/run/secrets/rcluster";
const key = "redis-password";

/** Label of what tells Redis its users: the version of the current password. */
export const passwordVersionLabel = "rcluster.password-version";

/** Where pods find the Redis password. The file changes with its Secret, unlike one mounted by `subPath`. */
export const podPasswordFile = `${folder}/${key}`;

/** A Redis whose password is in a Secret of the namespace already. */
export interface KubernetesEndpoint extends RedisEndpoint {
  /** Name of the Secret, made by `passwordSecret`. Default: a Secret is made of `password`. */
  readonly secretName?: pulumi.Input<string>;
}

/** A Secret that holds a password for pods, under a name that stays when the password changes. */
export function passwordSecret(
  name: string,
  context: ClusterContext,
  password: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const metadata = { namespace: context.namespace, labels: clusterLabels(context) };
  return new k8s.core.v1.Secret(name, { metadata, stringData: { [key]: password } }, opts).metadata.name;
}

/** The mount of the Secret, for a Redis that has a password. */
export function passwordMount(
  name: string,
  context: ClusterContext,
  redis: Pick<KubernetesEndpoint, "password" | "secretName">,
  opts: pulumi.CustomResourceOptions,
): VolumeMount[] {
  const secretName =
    redis.secretName ?? (redis.password && passwordSecret(`${name}-redis`, context, redis.password, opts));
  if (secretName === undefined) return [];
  return [secretMount("password", secretName, folder)];
}

/** The mount of a Secret's keys as files that only the pod's user and group can read. */
export function secretMount(name: string, secretName: pulumi.Input<string>, path: string): VolumeMount {
  return { volume: { name, secret: { secretName, defaultMode: 0o440 } }, path };
}

/**
 * One generated password for each version that Redis accepts at a time: the current one, the one before, and the next
 * one, so that a client whose file changes before Redis' does is let in too.
 *
 * @returns the passwords by version
 */
export function passwordVersions(
  name: string,
  version: number,
  opts: pulumi.CustomResourceOptions,
): ReadonlyMap<number, pulumi.Output<string>> {
  const versions = [version - 1, version, version + 1].filter((each) => each > 0);
  return new Map(
    versions.map((each) => [
      each,
      new random.RandomPassword(`${name}-${each}`, { length: 32, special: false }, opts).result,
    ]),
  );
}
