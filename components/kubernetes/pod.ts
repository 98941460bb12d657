import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../environment";
import { byteQuantity, resourceRequirements, type PodResources } from "./quantities";

/** A taint that a pod puts up with, as in Kubernetes. */
export interface Toleration {
  readonly key?: string;
  /** `Equal` or `Exists`. Default: `Equal`. */
  readonly operator?: string;
  readonly value?: string;
  /** Default: every effect. */
  readonly effect?: string;
}

/** Where a pod may run, and what it is worth. */
export interface Placement {
  /** Labels that a node must have. Default: any node. */
  readonly nodeSelector?: Environment;
  /** Taints that it puts up with. Default: none. */
  readonly tolerations?: readonly Toleration[];
  /** Name of an existing PriorityClass. Default: the cluster's. */
  readonly priorityClass?: string;
}

/** A container, in the cluster's words. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: pulumi.Input<string>;
  /** Takes the place of the image's entrypoint. */
  readonly command?: readonly string[];
  /** Given to the entrypoint. */
  readonly args?: readonly string[];
  readonly env?: pulumi.Input<Environment>;
  /** Name of a Secret whose keys become further environment variables. */
  readonly envSecret?: pulumi.Input<string>;
  readonly resources: PodResources;
  readonly port?: number;
  readonly probes: Pick<types.input.core.v1.Container, "readinessProbe" | "livenessProbe" | "startupProbe">;
  readonly mounts?: readonly VolumeMount[];
}

/** A volume and where a container finds it. */
export interface VolumeMount {
  readonly volume: Omit<types.input.core.v1.Volume, "name"> & { readonly name: string };
  readonly path: string;
  /** Default: true. */
  readonly readOnly?: boolean;
}

export interface PodSpec extends Placement {
  readonly labels: Environment;
  readonly annotations?: Environment;
  /** Number of its user and group, to whom its volumes belong too. */
  readonly user: number;
  readonly containers: readonly ContainerSpec[];
  /** Seconds from SIGTERM to SIGKILL. */
  readonly graceSeconds: number;
  /** Name of the Secret for the image's registry. Default: none. */
  readonly pullSecret?: pulumi.Input<string>;
  /** Name of the service account; its token is not in the pod. Default: the namespace's own. */
  readonly serviceAccount?: pulumi.Input<string>;
  /** Whether its containers are started again when they end. Default: always. */
  readonly restartPolicy?: "Never";
  /** Labels of the pods that this one keeps away from, where other nodes have room. Default: none. */
  readonly spread?: Environment;
}

/**
 * The template of a pod that fits Pod Security's level `restricted`, with a root filesystem that it cannot write to
 * and no access to Kubernetes itself.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podTemplate(spec: PodSpec): types.input.core.v1.PodTemplateSpec {
  const { user, containers } = spec;
  const volumes = new Map(containers.flatMap(mountsOf).map(({ volume }) => [volume.name, volume]));
  return {
    metadata: { labels: spec.labels, ...(spec.annotations && { annotations: spec.annotations }) },
    spec: {
      automountServiceAccountToken: false,
      ...(spec.serviceAccount !== undefined && { serviceAccountName: spec.serviceAccount }),
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      terminationGracePeriodSeconds: spec.graceSeconds,
      ...(spec.restartPolicy && { restartPolicy: spec.restartPolicy }),
      containers: containers.map(container),
      volumes: [...volumes.values()],
      ...(spec.pullSecret !== undefined && { imagePullSecrets: [{ name: spec.pullSecret }] }),
      ...(spec.nodeSelector && { nodeSelector: spec.nodeSelector }),
      ...(spec.tolerations && { tolerations: [...spec.tolerations] }),
      ...(spec.priorityClass && { priorityClassName: spec.priorityClass }),
      ...(spec.spread && {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: spec.spread },
          },
        ],
      }),
    },
  };
}

/** Annotations of a pod that is not to be moved to make room on other nodes, by whatever scales them. */
export const notMoved: Environment = {
  "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
  "karpenter.sh/do-not-disrupt": "true",
};

function container(spec: ContainerSpec): types.input.core.v1.Container {
  return {
    name: spec.name,
    image: spec.image,
    imagePullPolicy: "IfNotPresent",
    ...(spec.command && { command: [...spec.command] }),
    ...(spec.args && { args: [...spec.args] }),
    ...(spec.env && { env: pulumi.output(spec.env).apply(variables) }),
    ...(spec.envSecret && { envFrom: [{ secretRef: { name: spec.envSecret } }] }),
    ...(spec.port !== undefined && { ports: [{ containerPort: spec.port }] }),
    resources: resourceRequirements(spec.resources),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
    },
    ...spec.probes,
    volumeMounts: mountsOf(spec).map(({ volume, path, readOnly = true }) => ({
      name: volume.name,
      mountPath: path,
      ...(readOnly && { readOnly }),
    })),
  };
}

function mountsOf({ mounts = [], resources: { ephemeralStorage } }: ContainerSpec): readonly VolumeMount[] {
  const limit = ephemeralStorage === undefined ? {} : { sizeLimit: byteQuantity(ephemeralStorage) };
  return [{ volume: { name: "tmp", emptyDir: limit }, path: "/tmp", readOnly: false }, ...mounts];
}

function variables(env: Environment): types.input.core.v1.EnvVar[] {
  return Object.keys(env)
    .sort()
    .map((name) => ({ name, value: env[name] }));
}
