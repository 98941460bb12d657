import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { IdeEndpoint, RMasterArgs as Args } from "../contracts";
import { commands, queueEnvironment, threadEnvironment } from "../environment";
import { ideEndpoint, ideEnvironment, idePort } from "../ide";
import { containerArgs, type ContainerContext } from "./container";
import { imageUser, type Data } from "./data";

const idePasswordFile = "/run/secrets/ide-password";

export interface RMasterArgs extends Args, ContainerContext {
  readonly containerName: string;
  /** Shared files at /data. Default: none. */
  readonly data?: Data;
  /** Ports of the container to publish on this machine's loopback. Default: none. */
  readonly ports?: readonly { readonly external: number; readonly internal: number }[];
}

/**
 * A container that stays up and in which `docker exec -it NAME R` opens an R whose foreach runs on the workers.
 *
 * @example
 * new RMaster("master", {
 *   network: network.name, labels: {}, containerName: "rmaster",
 *   redis: queue.endpoint, queue: "jobs", image: image.ref, resources: { cpus: 1, memory: 2 ** 31 },
 * });
 */
export class RMaster extends pulumi.ComponentResource {
  readonly containerName: string;
  /** Its IDE, published on loopback; undefined without one. */
  readonly ide?: IdeEndpoint;

  constructor(name: string, args: RMasterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:docker:RMaster", name, {}, opts);
    const ide = args.ide && ideEndpoint(name, args.ide, { parent: this });
    new docker.Container(
      `${name}-r`,
      containerArgs({
        ...args,
        name: args.containerName,
        command: [commands.master],
        user: args.data?.user ?? imageUser,
        env: queueEnvironment(args.redis, args.queue).apply((queue) => ({
          ...threadEnvironment(args.resources),
          ...queue,
          ...(args.ide && ideEnvironment(args.ide, "0.0.0.0", idePasswordFile)), // of the container, to be published
        })),
        password: args.redis.password,
        files: ide && [{ path: idePasswordFile, content: ide.password }],
        ports: [...(args.ports ?? []), ...(args.ide ? [{ external: args.ide.port, internal: idePort }] : [])],
        mounts: args.data && [{ ...args.data.mount, readOnly: false }],
        graceSeconds: 10,
      }),
      { parent: this, deleteBeforeReplace: true },
    );
    this.containerName = args.containerName;
    this.ide = ide;
    this.registerOutputs({ containerName: this.containerName, ide });
  }
}
