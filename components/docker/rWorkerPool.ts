import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { RWorkerPoolArgs as Args } from "../contracts";
import { commands, defaultGraceSeconds, queueEnvironment, threadEnvironment } from "../environment";
import { containerArgs, type ContainerContext } from "./container";
import { imageUser, type Data } from "./data";

export interface RWorkerPoolArgs extends Args, ContainerContext {
  /** Name of the container of worker `index`, counted from 1. */
  readonly containerName: (index: number) => string;
  /** Shared files at /data. Default: none. */
  readonly data?: Data;
  /** Whether workers may only read the shared files. Default: false. */
  readonly dataReadOnly?: boolean;
}

/**
 * R workers, a container each, that take tasks from a queue. They are named by index: a pool made smaller loses its
 * last ones, which finish their tasks first, and the others are not touched. A worker that crashes is started again.
 *
 * @example
 * new RWorkerPool("workers", {
 *   network: network.name, labels: {}, containerName: (i) => `rworker-${i}`,
 *   redis: queue.endpoint, queue: "jobs", image: image.ref, workers: 4, resources: { cpus: 1, memory: 2 ** 31 },
 * });
 */
export class RWorkerPool extends pulumi.ComponentResource {
  /** Names of the containers. */
  readonly containerNames: readonly string[];

  constructor(name: string, args: RWorkerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:docker:RWorkerPool", name, {}, opts);
    const indexes = Array.from({ length: args.workers }, (_, index) => index + 1);
    const graceSeconds = args.graceSeconds ?? defaultGraceSeconds;
    const env = pulumi.all([queueEnvironment(args.redis, args.queue), args.env ?? {}]).apply(([queue, own]) => ({
      ...threadEnvironment(args.resources),
      ...own,
      ...queue,
      RCLUSTER_GRACE: String(graceSeconds),
    }));

    for (const index of indexes) {
      new docker.Container(
        `${name}-${index}`,
        containerArgs({
          ...args,
          name: args.containerName(index),
          command: [commands.worker],
          user: args.data?.user ?? imageUser,
          env,
          password: args.redis.password,
          mounts: args.data && [{ ...args.data.mount, readOnly: args.dataReadOnly ?? false }],
          graceSeconds,
        }),
        { parent: this, deleteBeforeReplace: true },
      );
    }

    this.containerNames = indexes.map(args.containerName);
    this.registerOutputs({ containerNames: this.containerNames });
  }
}
