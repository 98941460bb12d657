import type { KubernetesJobs } from "../../components/contracts";
import { slug, type Environment } from "../../components/environment";
import { exporterResources } from "../../components/exporter";
import type { PodResources, Placement } from "../../components/kubernetes";
import type { Change, WantedClaim } from "../../components/kubernetes/changes";
import type { PodRequest } from "../../components/kubernetes/capacity";
import { clusterLabels } from "../../components/kubernetes/context";
import { byteQuantity } from "../../components/kubernetes/quantities";
import type { Wanted } from "../../components/kubernetes/preflight";
import { redisVolumeSize } from "../../components/kubernetes/redisQueue";
import type { ClusterConfig } from "../config";

/** Name of the claim that holds /data: kept ones are found again by it. */
export const dataClaim = "rcluster-data";

/** How many workers `auto` means: a cluster has many users, so more have to be asked for. */
const fewWorkers = 2;

/** A pool of workers with all that it takes from `worker`. */
export interface Pool {
  /** Its name. */
  readonly pool: string;
  /** Name of its component in the stack. */
  readonly component: string;
  /** Its key in the config. */
  readonly key: string;
  readonly workers: number;
  readonly queue: string;
  readonly resources: PodResources;
  readonly placement: Placement;
  readonly env: Environment;
  readonly dataReadOnly: boolean;
  readonly graceSeconds: number;
}

/** The pools of a config: those of `pools`, else one of `workers` workers. */
export function poolsOf({ pools, worker, workers, queue, image }: ClusterConfig): Pool[] {
  const single = { name: "worker", workers: workers === "auto" ? fewWorkers : workers };
  return (pools ?? [single]).map((own, index) => {
    const pool = { ...worker, queue, ...own };
    return {
      pool: pool.name,
      component: pools ? `worker-${pool.name}` : "worker",
      key: pools ? `pools[${index}]` : "worker",
      workers: pool.workers,
      queue: pool.queue,
      resources: resourcesOf(pool),
      placement: placementOf(pool, image.platform),
      env: pool.env,
      dataReadOnly: pool.dataReadOnly,
      graceSeconds: pool.grace,
    };
  });
}

type PodConfig = Pick<ClusterConfig["worker"], "cpus" | "memory" | "ephemeralStorage" | "gpu"> & PlacementConfig;
type PlacementConfig = Readonly<Pick<ClusterConfig["worker"], "nodeSelector" | "tolerations" | "priorityClass">>;

/** What a pod of R may use, of `master`, `worker` or a pool. */
export function resourcesOf({ cpus, memory, ephemeralStorage, gpu }: PodConfig): PodResources {
  return { cpus, memory, ephemeralStorage, devices: gpu };
}

/** Where a pod may run; an image for one platform needs nodes of it. */
export function placementOf(config: PlacementConfig, platform?: string): Placement {
  const architecture = platform && { "kubernetes.io/arch": platform.replace("linux/", "") };
  const nodeSelector = { ...architecture, ...config.nodeSelector };
  return {
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(config.tolerations.length > 0 && { tolerations: config.tolerations }),
    ...(config.priorityClass && { priorityClass: config.priorityClass }),
  };
}

/** Where a stack's cluster is. */
export interface Place {
  /** Its name. */
  readonly instance: string;
  readonly namespace: string;
  /** Whether the namespace was there before. */
  readonly adopted: boolean;
}

/** Where a stack's cluster is to be. */
export function placeOf({ kubernetes }: ClusterConfig, stack: string): Place {
  const instance = slug(stack);
  return { instance, namespace: kubernetes.namespace ?? `rcluster-${instance}`, adopted: !!kubernetes.namespace };
}

/** What the cluster has to have for a config. */
export function wantedOf(config: ClusterConfig, stack: string, pools: readonly Pool[]): Wanted {
  const { instance, namespace, adopted } = placeOf(config, stack);
  const pod = (key: string, resources: PodResources, placement: Placement): PodRequest => ({
    ...resources,
    ...placement,
    key,
  });
  const redis = config.redis.url === undefined;
  return {
    labels: clusterLabels({ instance }),
    namespace: { key: "kubernetes.namespace", name: namespace, adopt: adopted },
    names: [
      { kind: "StatefulSet", name: "rmaster" },
      ...(redis
        ? ([
            { kind: "StatefulSet", name: "redis" },
            { kind: "Service", name: "redis" },
          ] as const)
        : []),
      ...(config.metrics.enabled ? ([{ kind: "Service", name: "metrics" }] as const) : []),
    ],
    storage: [
      ...claimsOf(config).map(({ classKey, storageClass }) => ({ key: classKey, name: storageClass })),
      ...(config.job.storageClass === undefined ? [] : [{ key: "job.storageClass", name: config.job.storageClass }]),
    ],
    pods: [
      pod("master", resourcesOf(config.master), placementOf(config.master, config.image.platform)),
      pod("job", resourcesOf(config.job), placementOf(config.job, config.image.platform)),
      ...pools.map(({ key, resources, placement }) => pod(key, resources, placement)),
      ...(redis ? [pod("redis", config.redis, placementOf(config.redis))] : []),
      ...(config.metrics.enabled ? [pod("metrics", exporterResources, placementOf(config.redis))] : []),
    ],
    elastic: config.kubernetes.elastic,
  };
}

/** What the stack wants of things that cannot change in every way. */
export function changeOf(config: ClusterConfig, stack: string): Change {
  const version = config.redis.url === undefined ? config.redis.passwordVersion : undefined;
  return { ...placeOf(config, stack), claims: claimsOf(config), passwordVersion: version };
}

/** The claim for /data. */
export function dataClaimOf({ data, kubernetes }: ClusterConfig): WantedClaim {
  const { size, shared } = data;
  return { role: "master", size, sizeKey: "data.size", shared, ...classOf("data", data, kubernetes) };
}

function redisClaimOf({ redis, kubernetes }: ClusterConfig): WantedClaim {
  const size = redis.size ?? redisVolumeSize(redis.memory);
  return { role: "redis", size, sizeKey: "redis.size", ...classOf("redis", redis, kubernetes) };
}

/** The claims of a config. */
export function claimsOf(config: ClusterConfig): WantedClaim[] {
  return [dataClaimOf(config), ...(config.redis.url === undefined ? [redisClaimOf(config)] : [])];
}

/** The claim of each job, as Kubernetes writes it. */
export function jobStorageOf({ job, kubernetes }: ClusterConfig): KubernetesJobs["storage"] {
  const storageClass = job.storageClass ?? kubernetes.storageClass;
  return { size: byteQuantity(job.storage), ...(storageClass !== undefined && { storageClass }) };
}

function classOf(section: string, own: { storageClass?: string }, common: { storageClass?: string }) {
  return {
    classKey: `${own.storageClass === undefined ? "kubernetes" : section}.storageClass`,
    storageClass: own.storageClass ?? common.storageClass,
  };
}

/** Environment for R to find an S3-compatible store; its keys are secret. */
export function storeEnvironment({ s3 }: ClusterConfig["data"]): Environment {
  if (!s3) return {};
  return {
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    AWS_DEFAULT_REGION: s3.region,
    AWS_REGION: s3.region,
    ...(s3.endpoint && { AWS_ENDPOINT_URL: s3.endpoint, AWS_S3_ENDPOINT: new URL(s3.endpoint).host }),
  };
}
