import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformOutputs, RedisEndpoint } from "../components/contracts";
import { findEngine } from "../components/docker/engine";
import { names as stackNames, parseRedisUrl } from "../components/environment";
import {
  claim,
  clientEgress,
  closed,
  clusterNamespace,
  pullSecret,
  RedisQueue,
  restartWarning,
  RImage,
  RMaster,
  RWorkerPool,
  type ClusterContext,
  type KubernetesEndpoint,
} from "../components/kubernetes";
import { connect, type Access } from "../components/kubernetes/access";
import { checkChanges } from "../components/kubernetes/changes";
import { clusterLabels } from "../components/kubernetes/context";
import { clusterId, nodePlatform } from "../components/kubernetes/identity";
import { hasKeptClaim } from "../components/kubernetes/kept";
import { checkCluster } from "../components/kubernetes/preflight";
import { waitForRollout } from "../components/kubernetes/rollout";
import type { ClusterConfig } from "./config";
import * as plan from "./kubernetesPlan";

/** A cluster on a Kubernetes that a kubeconfig reaches. */
export async function deploy(config: ClusterConfig): Promise<PlatformOutputs> {
  const stack = pulumi.getStack();
  const place = plan.placeOf(config, stack);
  const pools = plan.poolsOf(config);
  const access = await connect(config.kubernetes);
  await checkCluster(access, plan.wantedOf(config, stack, pools));
  await checkChanges(access, plan.changeOf(config, stack));

  const { provider, keeper } = await providers(config, access, place.namespace);
  const opts = { provider };
  const kept = { provider: keeper, retainOnDelete: config.data.onDestroy === "keep" };
  const namespace = place.adopted ? pulumi.output(place.namespace) : clusterNamespace("namespace", { ...place }, kept);
  const shared: ClusterContext = {
    namespace,
    instance: place.instance,
    rollout: (workload) => waitForRollout(access, workload, { log: (line) => void pulumi.log.info(line) }),
  };

  const image = await imageOf(config, access, place.instance);
  const login = loginOf(config);
  const pull = login ? pullSecret("registry", shared, login, opts) : config.image.pullSecret;
  const fenced = { providers: [provider], dependsOn: policies(config, shared, opts) };
  const { redis, external, localPort } = redisOf(config, shared, stack, fenced);

  const dataName = claim("data", { ...shared, ...plan.dataClaimOf(config), claimName: plan.dataClaim }, kept);
  const data = { claimName: dataName };
  const store = plan.storeEnvironment(config.data);
  const cluster = { ...shared, redis, image: image.ref, pullSecret: pull };
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
  const proven = pulumi.all([image.ref, deployments]).apply(([ref]) => ref);
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
    cluster: pulumi.all([namespace, master.podName, image.ref, deployments]).apply(([ns, pod, ref, names]) =>
      plan.describe({
        namespace: ns,
        context: access.context,
        kubeconfig: config.kubernetes.kubeconfig,
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

async function providers({ kubernetes }: ClusterConfig, access: Access, namespace: string) {
  const args: k8s.ProviderArgs = {
    kubeconfig: kubernetes.kubeconfig,
    context: access.context,
    clusterIdentifier: await clusterId(access),
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  };
  // For what a destroy may leave behind; the setting only ever matters while these are made.
  const upsertExistingObjects = await hasKeptClaim(access, namespace, plan.dataClaim);
  return {
    provider: new k8s.Provider("kubernetes", args),
    keeper: new k8s.Provider(
      "kubernetes-kept",
      { ...args, upsertExistingObjects },
      { ignoreChanges: ["upsertExistingObjects"] },
    ),
  };
}

async function imageOf(config: ClusterConfig, access: Access, instance: string): Promise<RImage> {
  const { image, registry } = config;
  if (image.ref !== undefined) return new RImage("image", { imageName: "", ref: image.ref });
  const engine = await findEngine();
  const provider = new docker.Provider("docker", { host: engine.host, certPath: engine.certPath });
  const name = `rcluster:${instance}`;
  return new RImage(
    "image",
    {
      ...image,
      imageName: image.share ? name : `${registry}/${name}`,
      push: !image.share,
      platform: await nodePlatform(access, image.platform),
      login: loginOf(config),
    },
    { providers: [provider] },
  );
}

function loginOf({ image, registry }: ClusterConfig) {
  const { username, password, ref } = image;
  if (username === undefined || password === undefined) return undefined;
  const server = (registry ?? ref ?? "").split("/")[0] ?? "";
  return { server, username, password: pulumi.secret(password) };
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
