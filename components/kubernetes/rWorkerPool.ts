import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RWorkerPoolArgs as Args } from "../contracts";
import { commands, defaultGraceSeconds } from "../environment";
import { dataMount, type Data } from "./claim";
import { clusterLabels, nameWhenUp, notAwaited, podSelector } from "./context";
import { rPodTemplate, type RPodArgs } from "./rPod";

// The image's worker makes it once its R has joined the queue: an image whose R does not start is never ready.
const readyFile = "/tmp/rcluster-ready";
// What a worker runs: a container that is killed whole for its memory leaves that behind for the next one in the pod.
const heldFile = "/tmp/rcluster-held";

export interface RWorkerPoolArgs extends Omit<Args, keyof RPodArgs>, RPodArgs {
  /** Name of the pool, a label's value; no two in a cluster have the same. */
  readonly pool: string;
  /** Shared files at /data. Default: none. */
  readonly data?: Data;
  /** Whether workers may only read the shared files. Default: false. */
  readonly dataReadOnly?: boolean;
}

const surgePercent = 25;

/** How many pods a pool of so many workers has at most, while new ones replace the old. */
export function mostPods(workers: number): number {
  return workers + Math.ceil((workers * surgePercent) / 100);
}

/**
 * R workers, a pod each, that take tasks from a queue. A pool made smaller loses pods, which finish their tasks first; a
 * new image comes pod by pod, and one that does not come up leaves all the old ones running. A worker that dies is
 * started again.
 *
 * @example
 * new RWorkerPool("workers", {
 *   namespace: "stats", instance: "lab", pool: "worker", redis: queue.endpoint, queue: "jobs", image: image.ref,
 *   workers: 4, resources: { cpus: 1, memory: 2 ** 31 },
 * });
 */
export class RWorkerPool extends pulumi.ComponentResource {
  /** Name of its Deployment, known once all its pods are up. */
  readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: RWorkerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:kubernetes:RWorkerPool", name, {}, opts);
    const graceSeconds = args.graceSeconds ?? defaultGraceSeconds;
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-r`,
      {
        metadata: { namespace: args.namespace, labels: clusterLabels(args), annotations: notAwaited },
        spec: {
          replicas: args.workers,
          selector: { matchLabels: podSelector(args, "worker", args.pool) },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: `${surgePercent}%` } },
          revisionHistoryLimit: 2,
          template: rPodTemplate(
            name,
            args,
            {
              role: "worker",
              pool: args.pool,
              command: commands.worker,
              env: {
                RCLUSTER_POOL: args.pool,
                RCLUSTER_GRACE: String(graceSeconds),
                RCLUSTER_READY: readyFile,
                RCLUSTER_HELD: heldFile,
              },
              ready: ["sh", "-c", `test -e ${readyFile} || { echo R has not joined the queue yet; exit 1; }`],
              mounts: dataMount(args.data, args.dataReadOnly),
              graceSeconds: graceSeconds + 5, // the worker ends by itself before
              spread: true,
            },
            { parent: this },
          ),
        },
      },
      { parent: this },
    );
    this.deploymentName = nameWhenUp(args, "Deployment", deployment);
    this.registerOutputs({ deploymentName: this.deploymentName });
  }
}
