import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RedisEndpoint } from "../../components/contracts";
import { findEngine } from "../../components/docker/engine";
import { names, parseRedisUrl, type Environment } from "../../components/environment";
import type { IdeLayer } from "../../components/imageContext";
import {
  clientEgress,
  closed,
  clusterNamespace,
  MetricsExporter,
  pullSecret,
  RedisQueue,
  RImage,
  type ClusterContext,
  type KubernetesEndpoint,
} from "../../components/kubernetes";
import type { Access } from "../../components/kubernetes/access";
import { clusterLabels } from "../../components/kubernetes/context";
import { clusterId, nodePlatform } from "../../components/kubernetes/identity";
import { hasKeptClaim } from "../../components/kubernetes/kept";
import { expandHome } from "../../components/kubernetes/kubeconfig";
import type { ClusterConfig } from "../config";
import { dataClaim, placementOf, poolsOf, storeEnvironment, type Place } from "./plan";

/** The kubeconfig's path, as programs take it. */
export function kubeconfigOf({ kubernetes }: ClusterConfig): string | undefined {
  return kubernetes.kubeconfig && expandHome(kubernetes.kubeconfig);
}

/**
 * A provider for the cluster, and one for what a destroy may leave behind: that one takes over what an earlier cluster
 * of the stack has left, instead of complaining that it exists.
 */
export async function providers(config: ClusterConfig, access: Access, namespace: string) {
  const args: k8s.ProviderArgs = {
    kubeconfig: kubeconfigOf(config),
    context: access.context,
    clusterIdentifier: await clusterId(access),
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  };
  const upsertExistingObjects = await hasKeptClaim(access, namespace, dataClaim);
  return {
    provider: new k8s.Provider("kubernetes", args),
    keeper: new k8s.Provider(
      "kubernetes-kept",
      { ...args, upsertExistingObjects },
      { ignoreChanges: ["upsertExistingObjects"] }, // it matters only while these things are made
    ),
  };
}

/** The namespace of the stack's own, or the one that it adopts. */
export function namespaceOf(place: Place, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  return place.adopted ? pulumi.output(place.namespace) : clusterNamespace("namespace", place, opts);
}

/** Policies for all pods of the cluster; Redis brings its own. */
export function policies(config: ClusterConfig, context: ClusterContext, opts: pulumi.CustomResourceOptions) {
  const { url } = config.redis;
  const egress = clientEgress(context, config.egress, url === undefined ? undefined : parseRedisUrl(url).port);
  const metadata = { namespace: context.namespace, labels: clusterLabels(context) };
  return [
    new k8s.networking.v1.NetworkPolicy("closed", { metadata, spec: closed(context) }, opts),
    new k8s.networking.v1.NetworkPolicy("egress", { metadata, spec: egress }, opts),
  ];
}

/** An image by its digest, and the Secret to pull it with. */
export interface Image {
  readonly image: pulumi.Output<string>;
  /** The one for the master, with its IDE. */
  readonly masterImage: pulumi.Output<string>;
  readonly pullSecret?: pulumi.Input<string>;
}

/** The image, built where it was not built elsewhere, and the Secret to pull it with. */
export async function imageOf(
  config: ClusterConfig,
  context: ClusterContext,
  access: Access,
  provider: k8s.Provider,
  ide?: IdeLayer,
): Promise<Image> {
  const { image, registry } = config;
  const secret = pullSecretOf(config, context, provider);
  if (image.ref !== undefined) {
    const ref = pulumi.output(image.ref);
    return { image: ref, masterImage: ref, pullSecret: secret };
  }
  const engine = await findEngine();
  const name = `rcluster:${context.instance}`;
  const built = new RImage(
    "image",
    {
      ...image,
      imageName: image.share ? name : `${registry}/${name}`,
      push: !image.share,
      platform: await nodePlatform(access, image.platform),
      login: loginOf(config),
      ide,
    },
    { providers: [new docker.Provider("docker", { host: engine.host, certPath: engine.certPath })] },
  );
  return { image: built.ref, masterImage: built.masterRef, pullSecret: secret };
}

/** Name of the Secret to pull with: one made of the login in the config, or the one that it names. */
export function pullSecretOf(config: ClusterConfig, context: ClusterContext, provider: k8s.Provider) {
  const login = loginOf(config);
  return login ? pullSecret("registry", context, login, { provider }) : config.image.pullSecret;
}

const dockerHub = "https://index.docker.io/v1/"; // as logins to it are keyed

function loginOf({ image, registry }: ClusterConfig) {
  const { username, password, ref } = image;
  if (username === undefined || password === undefined) return undefined;
  const [host = ""] = (ref ?? registry ?? "").split("/");
  const named = ref === undefined || /[.:]|^localhost$/.test(host); // team/r:1 is on Docker Hub
  return { server: named ? host : dockerHub, username, password: pulumi.secret(password) };
}

/** For pods whose images may be in the private registry too. */
interface PullingContext extends ClusterContext {
  readonly pullSecret?: pulumi.Input<string>;
}

/** Redis as it is reached. */
interface Queue {
  readonly redis: KubernetesEndpoint;
  /** By this machine. */
  readonly external: RedisEndpoint;
  /** By an exporter of metrics. */
  readonly exporter: RedisEndpoint;
  /** Port of this machine for it; undefined for a Redis that is not the stack's. */
  readonly localPort?: number;
}

/** Redis as pods and as this machine reach it: the cluster's own, or the one that the config names. */
export function queueOf(
  config: ClusterConfig,
  context: PullingContext,
  stack: string,
  opts: pulumi.ComponentResourceOptions,
): Queue {
  const { redis, kubernetes } = config;
  if (redis.url !== undefined) {
    const existing = parseRedisUrl(redis.url);
    return { redis: existing, external: existing, exporter: existing };
  }
  const localPort = redis.port ?? names(stack).redisPort;
  const { endpoint, external, exporterEndpoint } = new RedisQueue(
    "redis",
    {
      ...context,
      ...placementOf(redis),
      memory: redis.memory,
      cpus: redis.cpus,
      image: redis.image,
      size: redis.size,
      storageClass: redis.storageClass ?? kubernetes.storageClass,
      passwordVersion: redis.passwordVersion,
      peers: redis.peers,
      localPort,
    },
    opts,
  );
  return { redis: endpoint, external, exporter: exporterEndpoint, localPort };
}

/** The exporter of metrics, where the config wants one. */
export function metricsOf(
  config: ClusterConfig,
  context: PullingContext,
  { exporter }: Queue,
  opts: pulumi.ComponentResourceOptions,
): MetricsExporter | undefined {
  const { metrics, redis, queue } = config;
  if (!metrics.enabled) return undefined;
  return new MetricsExporter(
    "metrics",
    {
      ...context,
      ...placementOf(redis), // it goes where Redis may be
      redis: exporter,
      queues: [...new Set([queue, ...poolsOf(config).map((pool) => pool.queue)])],
      image: metrics.image,
      peers: metrics.peers,
      foreignPort: redis.url === undefined ? undefined : parseRedisUrl(redis.url).port,
    },
    opts,
  );
}

/** R's own environment and what leads it to the store of files, secret for Pulumi too. */
export function environmentOf({ data }: ClusterConfig, own: Environment): pulumi.Output<Environment> | undefined {
  const env = { ...storeEnvironment(data), ...own };
  return Object.keys(env).length > 0 ? pulumi.secret(env) : undefined;
}
