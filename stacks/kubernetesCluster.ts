import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Platform, PlatformOutputs, RedisEndpoint } from "../components/contracts";
import { names as stackNames, parseRedisUrl } from "../components/environment";
import {
  claim,
  clientEgress,
  closed,
  clusterNamespace,
  pullSecret,
  RedisQueue,
  restartWarning,
  RMaster,
  RWorkerPool,
  type ClusterContext,
  type KubernetesEndpoint,
  type RegistryLogin,
  type Workload,
} from "../components/kubernetes";
import { clusterLabels } from "../components/kubernetes/context";
import type { ClusterConfig } from "./config";
import * as plan from "./kubernetesPlan";

/** A Kubernetes to make a cluster on: one that was there before, or one that this program makes. */
export interface Ground {
  readonly platform: Platform;
  readonly provider: k8s.Provider;
  /** For namespace and data, which a destroy may leave behind. */
  readonly keeper: k8s.Provider;
  /** What has to be there before the first pod, and as long as there is one. */
  readonly dependsOn?: readonly pulumi.Resource[];
  /** Returns once a workload's pods are up, or throws with the reason why they are not. */
  readonly rollout: (workload: Workload) => Promise<void>;
  /** The image, by digest. */
  readonly image: pulumi.Output<string>;
  /** Who pulls the image from a registry. Default: the nodes themselves, or `image.pullSecret`. */
  readonly login?: RegistryLogin;
  /** Makes the service account of master and workers. Default: the namespace's own, which may do nothing. */
  readonly serviceAccount?: (context: ClusterContext, opts: pulumi.CustomResourceOptions) => pulumi.Output<string>;
  /** Path of the kubeconfig for the commands that are shown. Default: kubectl's own. */
  readonly kubeconfig?: string;
  readonly context: string;
}

/** Makes Redis, workers and master. */
export function deployOn(ground: Ground, config: ClusterConfig): PlatformOutputs {
  const stack = pulumi.getStack();
  const place = plan.placeOf(config, stack);
  const pools = plan.poolsOf(config);
  const opts = { provider: ground.provider };
  const kept = { provider: ground.keeper, retainOnDelete: config.data.onDestroy === "keep" };
  const founded = { ...kept, dependsOn: [...(ground.dependsOn ?? [])] };
  const namespace = place.adopted ? pulumi.output(place.namespace) : clusterNamespace("namespace", place, founded);
  const shared: ClusterContext = { namespace, instance: place.instance, rollout: ground.rollout };

  const { image, login } = ground;
  const pull = login ? pullSecret("registry", shared, login, opts) : config.image.pullSecret;
  const serviceAccount = ground.serviceAccount?.(shared, opts);
  const fenced = { providers: [ground.provider], dependsOn: policies(config, shared, opts) };
  const { redis, external, localPort } = redisOf(config, shared, stack, fenced);

  const dataName = claim("data", { ...shared, ...plan.dataClaimOf(config), claimName: plan.dataClaim }, kept);
  const data = { claimName: dataName };
  const store = plan.storeEnvironment(config.data);
  const cluster = { ...shared, redis, image, pullSecret: pull, serviceAccount };
  const workers = pools.map(
    (pool) =>
      new RWorkerPool(
        pool.component,
        {
          ...cluster,
          ...pool,
          ...pool.placement,
          pool: pool.name,
          env: secretEnvironment({ ...store, ...pool.env }),
          data: config.data.shared ? data : undefined,
        },
        fenced,
      ),
  );
  // After the workers: an image that does not come up there never ends the session on the master.
  const deployments = pulumi.all(workers.map((pool) => pool.deploymentName));
  const proven = pulumi.all([image, deployments]).apply(([ref]) => ref);
  const master = new RMaster(
    "master",
    {
      ...cluster,
      ...plan.placementOf(config.master, config.image.platform),
      image: proven,
      queue: config.queue,
      resources: plan.resourcesOf(config.master),
      env: secretEnvironment({ ...store, ...config.master.env }),
      data,
      masterRollout: config.master.rollout,
      beforeUpdate: restartWarning(config.master.rollout === "manual"),
    },
    fenced,
  );
  return {
    redis: external,
    cluster: pulumi.all([namespace, master.podName, image, deployments]).apply(([ns, pod, ref, names]) =>
      plan.describe({
        namespace: ns,
        platform: ground.platform,
        context: ground.context,
        kubeconfig: ground.kubeconfig,
        instance: place.instance,
        master: pod,
        deployments: names,
        workers: pools.reduce((sum, pool) => sum + pool.workers, 0),
        image: ref,
        localPort,
      }),
    ),
  };
}

// Pods start behind them.
function policies(config: ClusterConfig, shared: ClusterContext, opts: pulumi.CustomResourceOptions) {
  const metadata = { namespace: shared.namespace, labels: clusterLabels(shared) };
  const foreign = config.redis.url === undefined ? undefined : parseRedisUrl(config.redis.url).port;
  return [
    new k8s.networking.v1.NetworkPolicy("closed", { metadata, spec: closed(shared) }, opts),
    new k8s.networking.v1.NetworkPolicy(
      "egress",
      { metadata, spec: clientEgress(shared, config.egress, foreign) },
      opts,
    ),
  ];
}

function redisOf(
  config: ClusterConfig,
  shared: ClusterContext,
  stack: string,
  opts: pulumi.ComponentResourceOptions,
): { redis: KubernetesEndpoint; external: RedisEndpoint; localPort?: number } {
  if (config.redis.url !== undefined) {
    const redis = parseRedisUrl(config.redis.url);
    return { redis, external: redis };
  }
  const localPort = config.redis.port ?? stackNames(stack).redisPort;
  const queue = new RedisQueue(
    "redis",
    {
      ...shared,
      ...plan.placementOf(config.redis),
      memory: config.redis.memory,
      cpus: config.redis.cpus,
      image: config.redis.image,
      size: config.redis.size,
      storageClass: config.redis.storageClass ?? config.kubernetes.storageClass,
      passwordVersion: config.redis.passwordVersion,
      peers: config.redis.peers,
      localPort,
    },
    opts,
  );
  return { redis: queue.endpoint, external: queue.external, localPort };
}

function secretEnvironment(env: Readonly<Record<string, string>>) {
  return Object.keys(env).length > 0 ? pulumi.secret(env) : undefined;
}
