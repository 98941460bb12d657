import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { IdeEndpoint, RMasterArgs as Args } from "../contracts";
import { commands } from "../environment";
import { dataMount, type Data } from "./claim";
import { ideEndpoint, ideEnvironment } from "../ide";
import { clusterLabels, nameWhenUp, notAwaited, podSelector, type ClusterContext } from "./context";
import { secretMount } from "./password";
import { notMoved, type VolumeMount } from "./pod";
import { rPodTemplate, type RPodArgs } from "./rPod";

const statefulSetName = "rmaster";
const ideSecrets = "/run/secrets/rcluster-ide";
const idePasswordKey = "password";

export interface RMasterArgs extends Omit<Args, keyof RPodArgs>, RPodArgs {
  /** Shared files at /data. Default: none. */
  readonly data?: Data;
  /**
   * `auto`: a change, such as a new image, replaces the pod and ends the R session in it; `manual`: it waits until the
   * pod is deleted. Default: `auto`.
   */
  readonly masterRollout?: "auto" | "manual";
  /** Called before an update, such as a `restartWarning`. Default: none. */
  readonly beforeUpdate?: pulumi.ResourceHook;
}

/**
 * A pod named `rmaster-0` that stays up and in which `kubectl exec -it rmaster-0 -- R` opens an R whose foreach runs on
 * the workers. One in a namespace.
 *
 * @example
 * new RMaster("master", {
 *   namespace: "stats", instance: "lab", redis: queue.endpoint, queue: "jobs", image: image.ref,
 *   resources: { cpus: 1, memory: 2 ** 31 },
 * });
 */
export class RMaster extends pulumi.ComponentResource {
  /** Name of its pod, known once it is up. */
  readonly podName: pulumi.Output<string>;
  /** Its IDE, as a port-forward from this machine reaches it; undefined without one. */
  readonly ide?: IdeEndpoint;

  constructor(name: string, args: RMasterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:kubernetes:RMaster", name, {}, opts);
    const ide = args.ide && ideEndpoint(name, args.ide, { parent: this });
    const manual = args.masterRollout === "manual";
    const selector = podSelector(args, "master");
    const statefulSet = new k8s.apps.v1.StatefulSet(
      `${name}-r`,
      {
        metadata: {
          name: statefulSetName,
          namespace: args.namespace,
          labels: clusterLabels(args),
          annotations: notAwaited,
        },
        spec: {
          serviceName: statefulSetName,
          replicas: 1,
          podManagementPolicy: "Parallel", // in order, a pod that never came up would not be replaced by a better one
          selector: { matchLabels: selector },
          updateStrategy: { type: manual ? "OnDelete" : "RollingUpdate" },
          template: rPodTemplate(
            name,
            args,
            {
              role: "master",
              command: commands.master,
              ready: ["bash", "-c", "exec 3<>/dev/tcp/$REDIS_HOST/$REDIS_PORT"], // name resolved, no policy in the way
              annotations: notMoved, // for the open session's sake
              env: args.ide && ideEnvironment(args.ide, "127.0.0.1", `${ideSecrets}/${idePasswordKey}`),
              mounts: [...dataMount(args.data), ...(ide ? [ideMount(name, args, ide, { parent: this })] : [])],
              graceSeconds: 10,
            },
            { parent: this },
          ),
        },
      },
      { parent: this, ...(args.beforeUpdate && { hooks: { beforeUpdate: [args.beforeUpdate] } }) },
    );
    this.podName = nameWhenUp(args, "StatefulSet", statefulSet).apply((found) => `${found}-0`);
    this.ide = ide;
    this.registerOutputs({ podName: this.podName, ide });
  }
}

function ideMount(
  name: string,
  context: ClusterContext,
  { password }: IdeEndpoint,
  opts: pulumi.CustomResourceOptions,
): VolumeMount {
  const metadata = { namespace: context.namespace, labels: clusterLabels(context) };
  const secret = new k8s.core.v1.Secret(`${name}-ide`, { metadata, stringData: { [idePasswordKey]: password } }, opts);
  return secretMount("ide", secret.metadata.name, ideSecrets);
}
