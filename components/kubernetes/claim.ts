import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { dataPath } from "../contracts";
import { clusterLabels, notAwaited, podSelector, type ClusterContext, type Role } from "./context";
import type { VolumeMount } from "./pod";
import { byteQuantity } from "./quantities";

export interface ClaimArgs extends ClusterContext {
  /** What uses it. */
  readonly role: Role;
  /** Its name, for one that has to be found again. Default: made by Pulumi. */
  readonly claimName?: string;
  /** Size in bytes; it can grow where its StorageClass lets it. */
  readonly size: number;
  /** Name of the StorageClass. Default: the cluster's default one. */
  readonly storageClass?: string;
  /** Whether pods on several nodes use it at a time (`ReadWriteMany`). Default: false. */
  readonly shared?: boolean;
}

/**
 * A claim of a volume that is a resource of its own: one that a StatefulSet makes from a template would outlive it.
 *
 * @returns name of the claim
 */
export function claim(name: string, args: ClaimArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  return new k8s.core.v1.PersistentVolumeClaim(
    name,
    {
      metadata: {
        name: args.claimName,
        namespace: args.namespace,
        labels: { ...clusterLabels(args), ...podSelector(args, args.role) },
        annotations: notAwaited,
      },
      spec: {
        accessModes: [args.shared ? "ReadWriteMany" : "ReadWriteOnce"],
        resources: { requests: { storage: byteQuantity(args.size) } },
        ...(args.storageClass !== undefined && { storageClassName: args.storageClass }),
      },
    },
    opts,
  ).metadata.name;
}

/** The files that a claim holds, at /data. */
export interface Data {
  readonly claimName: pulumi.Input<string>;
}

/** The mount of shared files, if there are any. */
export function dataMount(data: Data | undefined, readOnly = false): VolumeMount[] {
  if (!data) return [];
  const volume = { name: "data", persistentVolumeClaim: { claimName: data.claimName } };
  return [{ volume, path: dataPath, readOnly }];
}
