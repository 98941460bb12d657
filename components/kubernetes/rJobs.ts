import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { inputPath, jobsPath } from "../contracts";
import { commands } from "../environment";
import { dataMount, type Data } from "./claim";
import { clusterLabels } from "./context";
import { notMoved, type VolumeMount } from "./pod";
import { rPodTemplate, type RPodArgs } from "./rPod";

export interface RJobsArgs extends RPodArgs {
  /** Shared files at /data. Default: none. */
  readonly data?: Data;
}

const templateName = "rjobs";

// What a job puts its own claim and Secret in the place of.
const own: readonly VolumeMount[] = [
  { volume: { name: "job", emptyDir: {} }, path: jobsPath, readOnly: false },
  { volume: { name: "input", emptyDir: {} }, path: inputPath },
];

/**
 * What detached jobs are made from and belong to: a PodTemplate named `rjobs`. Jobs themselves are Kubernetes Jobs that
 * the command `rcluster submit` makes, owned by it: when it goes, Kubernetes removes them and all that is theirs. One
 * in a namespace.
 *
 * @example
 * new RJobs("jobs", {
 *   namespace: "stats", instance: "lab", redis: queue.endpoint, queue: "jobs", image: image.ref,
 *   resources: { cpus: 1, memory: 2 ** 31 },
 * });
 */
export class RJobs extends pulumi.ComponentResource {
  readonly templateName: pulumi.Output<string>;

  constructor(name: string, args: RJobsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:kubernetes:RJobs", name, {}, opts);
    const child = { parent: this };
    const { metadata } = new k8s.core.v1.PodTemplate(
      `${name}-r`,
      {
        metadata: { name: templateName, namespace: args.namespace, labels: clusterLabels(args) },
        template: rPodTemplate(
          name,
          args,
          {
            role: "job",
            command: commands.job,
            annotations: notMoved,
            mounts: [...own, ...dataMount(args.data)],
            graceSeconds: 20,
            restartPolicy: "Never",
          },
          child,
        ),
      },
      child,
    );
    this.templateName = metadata.name;
    this.registerOutputs({ templateName: this.templateName });
  }
}
