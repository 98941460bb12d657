import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { passwordFile, type RedisEndpoint } from "../contracts";
import { redisEndpoint, redisPort } from "../environment";
import { defaultUser, exporterUser, exportingUser, redisConf } from "../redisConf";
import { containerArgs, labelList, type ContainerContext } from "./container";

const confFile = "/etc/rcluster/redis.conf";
const redisUser = "999:999"; // of the official images of Redis and Valkey

export interface RedisQueueArgs extends ContainerContext {
  /** Name of the container. Inside the network it is always `redis`. */
  readonly containerName: string;
  /** Name of the volume that keeps the queue. */
  readonly volumeName: string;
  /** Port on this machine's loopback. */
  readonly port: number;
  /** Memory limit in bytes; Redis itself uses up to three quarters of it. */
  readonly memory: number;
  /** Image of Redis or Valkey, official or built like it. Default: `redis:8`. */
  readonly image?: pulumi.Input<string>;
}

/**
 * A Redis for one cluster's queue, in a container of its own: password generated, log on a volume, published on
 * loopback only. `up` waits until it answers.
 *
 * @example
 * const queue = new RedisQueue("queue", {
 *   network: network.name, labels: {}, containerName: "redis", volumeName: "redis", port: 6379, memory: 2 ** 30,
 * });
 * new RWorkerPool("workers", { redis: queue.endpoint, ... });
 */
export class RedisQueue extends pulumi.ComponentResource {
  /** As containers in the network see it. */
  readonly endpoint: RedisEndpoint;
  /** As this machine sees it. */
  readonly external: RedisEndpoint;
  /** As an exporter of metrics in the network sees it, who may read who does what, but neither tasks nor results. */
  readonly exporterEndpoint: RedisEndpoint;
  /** Id of its image. */
  readonly image: pulumi.Output<string>;

  constructor(name: string, args: RedisQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:docker:RedisQueue", name, {}, opts);
    const child = { parent: this };

    const generated = (role: string) =>
      new random.RandomPassword(`${name}-${role}`, { length: 32, special: false }, child).result;
    const password = generated("password");
    const exporterPassword = generated("exporter-password");
    const users = pulumi
      .all([password, exporterPassword])
      .apply(([own, exporter]) => [defaultUser([own]), exportingUser(exporterUser, [exporter])]);
    const image = new docker.RemoteImage(
      `${name}-image`,
      { name: args.image ?? "redis:8", keepLocally: true },
      { ...child, retainOnDelete: true },
    );
    const volume = new docker.Volume(`${name}-data`, { name: args.volumeName, labels: labelList(args.labels) }, child);
    new docker.Container(
      `${name}-server`,
      containerArgs({
        ...args,
        name: args.containerName,
        hostname: "redis",
        image: image.imageId,
        command: ["redis-server", confFile],
        user: redisUser,
        resources: { cpus: 1, memory: args.memory },
        password,
        files: [{ path: confFile, content: users.apply((lines) => redisConf(lines, args.memory)) }],
        mounts: [{ type: "volume", source: volume.name, target: "/data" }],
        ports: [{ external: args.port, internal: redisPort }],
        healthcheck: {
          tests: ["CMD-SHELL", `REDISCLI_AUTH=$(cat ${passwordFile}) redis-cli ping | grep -q PONG`],
          interval: "3s",
          timeout: "3s",
          startPeriod: "1m0s",
          retries: 5,
        },
        graceSeconds: 30,
      }),
      { ...child, deleteBeforeReplace: true },
    );

    this.image = image.imageId;
    this.endpoint = redisEndpoint("redis", redisPort, password);
    this.external = redisEndpoint("127.0.0.1", args.port, password);
    this.exporterEndpoint = redisEndpoint("redis", redisPort, exporterPassword, exporterUser);
    this.registerOutputs({
      endpoint: this.endpoint,
      external: this.external,
      exporterEndpoint: this.exporterEndpoint,
      image: this.image,
    });
  }
}
