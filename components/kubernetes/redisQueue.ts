import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { redisEndpoint, redisPort } from "../environment";
import { defaultUser, exporterUser, exportingUser, keepingUser, readingUser, redisConf } from "../redisConf";
import { claim } from "./claim";
import { clusterLabels, nameWhenUp, notAwaited, podSelector, type ClusterContext } from "./context";
import {
  passwordMount,
  passwordSecret,
  passwordVersionLabel,
  passwordVersions,
  type KubernetesEndpoint,
} from "./password";
import type { Placement } from "./pod";
import { redisAccess, type Peer } from "./policies";
import { aclLine, keeper, redisPodTemplate } from "./redisPod";

const serviceName = "redis";

export interface RedisQueueArgs extends ClusterContext, Placement {
  /** Memory limit in bytes; Redis itself uses up to three quarters of it. */
  readonly memory: number;
  /** Cores reserved for it; it may use a whole one. Default: 0.25. */
  readonly cpus?: number;
  /** Image of Redis or Valkey, official or built like it. Default: `redis:8`. */
  readonly image?: pulumi.Input<string>;
  /** Name of the Secret for the image's registry. Default: none. */
  readonly pullSecret?: pulumi.Input<string>;
  /** Bytes of its volume. Default: `redisVolumeSize(memory)`. */
  readonly size?: number;
  /** Name of the volume's StorageClass. Default: the cluster's default one. */
  readonly storageClass?: string;
  /**
   * Which generated password is current, counted from 1: a higher one makes a new password. Redis accepts the one
   * before as well, so that nobody is cut off; a provider with `enableSecretMutable` leaves all pods as they are.
   * Default: 1.
   */
  readonly passwordVersion?: number;
  /** Pods outside of the cluster that may connect. They log in as user `reader`, who may only count. Default: none. */
  readonly peers?: readonly Peer[];
  /** Port of this machine that a port-forward will use. Default: 6379. */
  readonly localPort?: number;
}

/** Bytes of a volume that is large enough: the log is rewritten beside the old one. */
export function redisVolumeSize(memory: number): number {
  return Math.max(4 * 2 ** 30, 3 * memory);
}

/**
 * A Redis for one cluster's queue, at the Service `redis`: passwords generated, log on a volume, open to the cluster's
 * own clients and to named peers only. One in a namespace.
 *
 * @example
 * const queue = new RedisQueue("redis", { namespace: "stats", instance: "lab", memory: 2 ** 30 });
 * new RWorkerPool("workers", { redis: queue.endpoint, ... });
 */
export class RedisQueue extends pulumi.ComponentResource {
  /** As pods of the namespace see it, known once it is up. */
  readonly endpoint: KubernetesEndpoint;
  /** As this machine sees it through `kubectl port-forward service/redis LOCAL:6379`. */
  readonly external: KubernetesEndpoint;
  /** As an exporter of metrics in the namespace sees it, who may read who does what, but neither tasks nor results. */
  readonly exporterEndpoint: KubernetesEndpoint;
  /** Name of the Secret with the peers' password, where there are peers. */
  readonly peerSecret?: pulumi.Output<string>;

  constructor(name: string, args: RedisQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:kubernetes:RedisQueue", name, {}, opts);
    const child = { parent: this };
    const metadata = { namespace: args.namespace, labels: clusterLabels(args) };
    const selector = podSelector(args, "redis");
    const version = args.passwordVersion ?? 1;

    const passwords = passwordVersions(`${name}-password`, version, child);
    const password = passwords.get(version) as pulumi.Output<string>;
    const secretName = passwordSecret(`${name}-client`, args, password, child);
    const keeping = new random.RandomPassword(`${name}-keeper`, { length: 32, special: false }, child).result;
    const exporting = passwordVersions(`${name}-exporter-password`, version, child);
    const users = [
      userLine(passwords, defaultUser),
      keeping.apply((secret) => keepingUser(keeper, secret)),
      userLine(exporting, (digests) => exportingUser(exporterUser, digests)),
    ];
    if (args.peers?.length) {
      const theirs = passwordVersions(`${name}-peer-password`, version, child);
      users.push(userLine(theirs, (digests) => readingUser("reader", digests)));
      this.peerSecret = passwordSecret(`${name}-peer`, args, theirs.get(version) as pulumi.Output<string>, child);
    }
    const acl = new k8s.core.v1.Secret(
      `${name}-acl`,
      {
        metadata: { ...metadata, labels: { ...metadata.labels, [passwordVersionLabel]: String(version) } },
        stringData: { "users.acl": pulumi.all(users).apply((lines) => [...lines, ""].join("\n")) },
      },
      child,
    );
    // A new one under a new name for each change, so that Redis starts with it.
    const conf = new k8s.core.v1.ConfigMap(
      `${name}-conf`,
      { metadata, immutable: true, data: { "redis.conf": redisConf([aclLine], args.memory) } },
      child,
    );
    const claimName = claim(
      `${name}-data`,
      { ...args, role: "redis", size: args.size ?? redisVolumeSize(args.memory) },
      child,
    );
    const access = new k8s.networking.v1.NetworkPolicy(
      `${name}-access`,
      { metadata, spec: redisAccess(args, args.peers) },
      child,
    );

    const server = new k8s.apps.v1.StatefulSet(
      `${name}-server`,
      {
        metadata: { ...metadata, name: serviceName, annotations: notAwaited },
        spec: {
          serviceName,
          replicas: 1,
          podManagementPolicy: "Parallel", // in order, a pod that never came up would not be replaced by a better one
          selector: { matchLabels: selector },
          template: redisPodTemplate({
            ...args,
            labels: { ...metadata.labels, ...selector },
            image: args.image ?? "redis:8",
            cpus: args.cpus ?? 0.25,
            conf: conf.metadata.name,
            acl: acl.metadata.name,
            password: passwordMount(`${name}-keeper`, args, { password: keeping }, child),
            claimName,
          }),
        },
      },
      { ...child, dependsOn: access },
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { ...metadata, name: serviceName, annotations: notAwaited },
        spec: { selector, ports: [{ name: "redis", port: redisPort, targetPort: redisPort }] },
      },
      child,
    );

    const host = pulumi.all([service.metadata.name, nameWhenUp(args, "StatefulSet", server)]).apply(([found]) => found);
    this.endpoint = { ...redisEndpoint(host, redisPort, password), secretName };
    this.external = redisEndpoint("127.0.0.1", args.localPort ?? redisPort, password);
    this.exporterEndpoint = redisEndpoint(host, redisPort, exporting.get(version), exporterUser);
    const { endpoint, external, exporterEndpoint, peerSecret } = this;
    this.registerOutputs({ endpoint, external, exporterEndpoint, peerSecret });
  }
}

function userLine(
  passwords: ReadonlyMap<number, pulumi.Output<string>>,
  line: (passwords: readonly string[]) => string,
): pulumi.Output<string> {
  return pulumi.all([...passwords.values()]).apply(line);
}
