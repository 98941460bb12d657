import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { jobsPath, type RedisEndpoint, type Resources } from "../contracts";
import { environmentLines, queueEnvironment, threadEnvironment, type Environment } from "../environment";
import { containerArgs, cpuLimit, labelList, logLimits, type ContainerContext } from "./container";
import { imageUser, type Data } from "./data";

export interface RJobsArgs extends ContainerContext {
  /** Name of the container that jobs belong to. */
  readonly containerName: string;
  /** Name of the volume that keeps what jobs take, print and leave. */
  readonly volumeName: string;
  /** The Redis that holds the queue. */
  readonly redis: RedisEndpoint;
  /** Name of the queue that foreach submits to. */
  readonly queue: pulumi.Input<string>;
  /** The image that jobs run. */
  readonly image: pulumi.Input<string>;
  /** Image of the container that jobs belong to: one that changes seldom, since jobs end when it is replaced. */
  readonly anchorImage: pulumi.Input<string>;
  /** CPU and memory of each job. */
  readonly resources: Resources;
  /** Shared files at /data. Default: none. */
  readonly data?: Data;
}

const anchorResources: Resources = { cpus: 1, memory: 2 ** 26 };

/**
 * What detached jobs belong to: a container that does nothing but hold their volume, their network and their process
 * namespace, as a pod's does. Jobs themselves are containers that the command `rcluster submit` makes. When this one
 * goes, the kernel ends their processes, and Docker removes them.
 *
 * @example
 * new RJobs("jobs", {
 *   network: network.name, labels: {}, containerName: "rjobs", volumeName: "jobs", anchorImage: "redis:8",
 *   redis: queue.endpoint, queue: "jobs", image: image.ref, resources: { cpus: 1, memory: 2 ** 31 },
 * });
 */
export class RJobs extends pulumi.ComponentResource {
  readonly containerName: string;
  /** Program and arguments that start a job's container: append name, labels, the image's reference and arguments. */
  readonly start: pulumi.Output<string[]>;

  constructor(name: string, args: RJobsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:docker:RJobs", name, {}, opts);
    const child = { parent: this };
    const user = args.data?.user ?? imageUser;
    const volume = new docker.Volume(`${name}-files`, { name: args.volumeName, labels: labelList(args.labels) }, child);
    new docker.Container(
      `${name}-anchor`,
      {
        ...containerArgs({
          ...args,
          name: args.containerName,
          image: args.anchorImage,
          command: ["sleep", "infinity"],
          resources: anchorResources,
          user,
          mounts: [{ type: "volume", source: volume.name, target: jobsPath }],
          graceSeconds: 5,
        }),
        init: true,
      },
      { ...child, deleteBeforeReplace: true },
    );

    this.containerName = args.containerName;
    this.start = pulumi
      .all([queueEnvironment(args.redis, args.queue), volume.name, pulumi.output(args.data?.mount)])
      .apply(([queue, files, data]) =>
        startArguments({
          anchor: args.containerName,
          user,
          labels: args.labels,
          resources: args.resources,
          env: { ...threadEnvironment(args.resources), ...queue },
          mounts: [{ type: "volume", source: files, target: jobsPath }, ...(data ? [data] : [])],
        }),
      );
    this.registerOutputs({ containerName: this.containerName, start: this.start });
  }
}

/** How a job's container is started. */
interface JobContainer {
  readonly anchor: string;
  readonly user: string;
  readonly labels: Environment;
  readonly resources: Resources;
  readonly env: Environment;
  readonly mounts: readonly { readonly type: string; readonly source?: string; readonly target: string }[];
}

/** The command line for it: hardened and limited as the cluster's other containers are. */
export function startArguments({ anchor, user, labels, resources, env, mounts }: JobContainer): string[] {
  const option = (name: string, values: readonly string[]) => values.flatMap((value) => [`--${name}`, value]);
  const memory = String(resources.memory);
  return [
    ...["docker", "run", "--detach", "--rm", "--pull", "never", "--entrypoint", "rcluster-job"],
    ...["--pid", `container:${anchor}`, "--network", `container:${anchor}`],
    ...["--user", user, "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...["--cpus", cpuLimit(resources.cpus), "--memory", memory, "--memory-swap", memory],
    ...["--stop-timeout", "15", "--log-driver", "json-file"],
    ...option("log-opt", environmentLines(logLimits)),
    ...option("label", environmentLines(labels)),
    ...option("env", environmentLines(env)),
    ...option(
      "mount",
      mounts.map(({ type, source, target }) => csv([`type=${type}`, `source=${source}`, `target=${target}`])),
    ),
  ];
}

// As Docker reads it: a folder's name may have a comma in it.
function csv(fields: readonly string[]): string {
  return fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}
