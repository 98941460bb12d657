import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { queueEnvironment, threadEnvironment, type Environment } from "../environment";
import { clientSelector, clusterLabels, podSelector, type ClusterContext, type Role } from "./context";
import { passwordMount, podPasswordFile, type KubernetesEndpoint } from "./password";
import { podTemplate, type Placement, type PodSpec, type VolumeMount } from "./pod";
import type { PodResources } from "./quantities";

/** What master, workers and jobs have in common. */
export interface RPodArgs extends ClusterContext, Placement {
  /** The Redis that holds the queue: of a RedisQueue, or any other. */
  readonly redis: KubernetesEndpoint;
  /** Name of the queue. */
  readonly queue: pulumi.Input<string>;
  /** The image, by digest: `RImage.ref`, or any image built from images/r. */
  readonly image: pulumi.Input<string>;
  /** What each pod may use. */
  readonly resources: PodResources;
  /** Environment variables for R, besides those that join it to the queue; kept in a Secret. */
  readonly env?: pulumi.Input<Environment>;
  /** Name of the Secret for the image's registry. Default: none. */
  readonly pullSecret?: pulumi.Input<string>;
  /** Name of the service account; its token is not in the pod. Default: the namespace's own. */
  readonly serviceAccount?: pulumi.Input<string>;
}

interface RPod extends Pick<PodSpec, "graceSeconds" | "annotations" | "restartPolicy"> {
  readonly role: Role;
  readonly pool?: string;
  readonly command: string;
  readonly env?: Environment;
  readonly mounts: readonly VolumeMount[];
  /** Command that succeeds once the pod does its work. Default: it does once it runs. */
  readonly ready?: readonly string[];
  readonly spread?: boolean;
}

const user = 1000; // of the image
const home: VolumeMount = { volume: { name: "home", emptyDir: {} }, path: "/home/r", readOnly: false };

/** The template of a pod with one R container, as a client of the queue. */
export function rPodTemplate(name: string, args: RPodArgs, pod: RPod, opts: pulumi.CustomResourceOptions) {
  const selector = podSelector(args, pod.role, pod.pool);
  return podTemplate({
    ...args,
    ...pod,
    labels: { ...clusterLabels(args), ...selector, ...clientSelector(args) },
    user,
    containers: [
      {
        name: "r",
        image: args.image,
        args: [pod.command],
        env: queueEnvironment(args.redis, args.queue, podPasswordFile).apply((queue) => ({
          ...threadEnvironment(args.resources),
          ...queue,
          ...pod.env,
        })),
        envSecret: args.env && environmentSecret(`${name}-env`, args, args.env, opts),
        resources: args.resources,
        probes: pod.ready
          ? { readinessProbe: { exec: { command: [...pod.ready] }, periodSeconds: 5, timeoutSeconds: 5 } }
          : {},
        mounts: [home, ...passwordMount(name, args, args.redis, opts), ...pod.mounts],
      },
    ],
    spread: pod.spread ? selector : undefined,
  });
}

// Changed variables are a Secret of another name, and so roll the pods.
function environmentSecret(
  name: string,
  context: ClusterContext,
  env: pulumi.Input<Environment>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const metadata = { namespace: context.namespace, labels: clusterLabels(context) };
  return new k8s.core.v1.Secret(name, { metadata, immutable: true, stringData: env }, opts).metadata.name;
}
