import type { Bill } from "../../components/aws/cost";
import { nodeCpus, nodeRoom } from "../../components/aws/prices";
import { mostPods } from "../../components/kubernetes/rWorkerPool";
import { nodeLabels, type NodeRole } from "../../components/aws/nodePools";
import type { AwsPlace } from "../../components/aws/place";
import { stackTag } from "../../components/aws/tags";
import { slug, type Environment } from "../../components/environment";
import type { ClusterConfig } from "../config";
import { claimsOf, poolsOf } from "../kubernetes/plan";

/** Names of what a stack makes on AWS. */
export interface EksNames {
  /** Name of the stack as a label's value. */
  readonly instance: string;
  readonly cluster: string;
  readonly repository: string;
  readonly storageClass: string;
  readonly bucket: string;
  /** Service account of the pods that use the bucket. */
  readonly serviceAccount: string;
  readonly namespace: string;
  /** Path of the kubeconfig for the user's own commands. */
  readonly kubeconfig: string;
}

/** The names of a stack; a bucket's is unique in the world by the account's number in it. */
export function eksNames(stack: string, account: string): EksNames {
  const instance = slug(stack);
  const name = `rcluster-${instance}`;
  return {
    instance,
    cluster: name,
    repository: `rcluster/${instance.replace(/-+/g, "-").replace(/^-|-$/g, "")}`,
    storageClass: name,
    bucket: `${name}-${account}`,
    serviceAccount: "rcluster-r",
    namespace: name,
    kubeconfig: `.rcluster/kubeconfig-${instance}.json`,
  };
}

/** The tags of everything that a stack makes. */
export function tagsOf(config: ClusterConfig, project: string, stack: string): Record<string, string> {
  return { ...config.aws.tags, [stackTag]: `${project}/${stack}` };
}

/** The bucket of a config; undefined for none. */
export function bucketOf({ aws: { bucket } }: ClusterConfig, names: EksNames) {
  if (bucket === "none") return undefined;
  return bucket === "delete" ? { bucketName: names.bucket, existing: false } : { bucketName: bucket, existing: true };
}

// Where pods get the credentials of their role: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
const identityAgent = "169.254.170.23/32";

/**
 * The config as the Kubernetes part takes it: pods select the nodes of their pool, claims the stack's StorageClass,
 * and the image is built for the nodes' platform.
 */
export function configOnEks(
  config: ClusterConfig,
  names: EksNames,
  { platform, region }: { readonly platform: string; readonly region: string },
): ClusterConfig {
  const bucket = bucketOf(config, names);
  const store: Environment = bucket
    ? { RCLUSTER_BUCKET: bucket.bucketName, AWS_REGION: region, AWS_DEFAULT_REGION: region }
    : {};
  const placed = <T extends { nodeSelector?: Record<string, string> }>(role: NodeRole, pods: T): T => ({
    ...pods,
    nodeSelector: { ...pods.nodeSelector, ...nodeLabels(role, names.instance) },
  });
  return {
    ...config,
    image: { ...config.image, platform },
    worker: placed("worker", { ...config.worker, env: { ...store, ...config.worker.env } }),
    master: placed("core", { ...config.master, env: { ...store, ...config.master.env } }),
    job: placed("core", config.job), // what AWS takes back would not begin again
    redis: placed("core", config.redis),
    pools: config.pools?.map((pool) => ({
      ...(pool.nodeSelector ? placed("worker", pool) : pool),
      ...(pool.env && { env: { ...store, ...pool.env } }),
    })),
    egress: bucket && Array.isArray(config.egress) ? [...config.egress, identityAgent] : config.egress,
    kubernetes: { ...config.kubernetes, storageClass: names.storageClass },
  };
}

/** How many workers a config asks for, in all pools. */
export function workersOf(config: ClusterConfig): number {
  return poolsOf(config).reduce((sum, { workers }) => sum + workers, 0);
}

/** The command that lets any kubectl of the user's into the cluster. */
export function loginCommand({ cluster }: EksNames, { region, profile }: Pick<AwsPlace, "region" | "profile">): string {
  return `aws eks update-kubeconfig --name ${cluster} --region ${region}${profile ? ` --profile ${profile}` : ""}`;
}

/** What a config asks of the nodes and cannot get, in one line. */
export function nodeProblem(config: ClusterConfig): string | undefined {
  const pools = poolsOf(config);
  const gpus = pools.find(({ resources }) => resources.devices !== undefined);
  if (gpus && config.aws.nodes.families.length === 0) {
    return `config ${gpus.key}.gpu: no default instance family has GPUs; allowed: with aws.nodes.families, such as ["g5"]`;
  }
  const cpus = pools.reduce((sum, { workers, resources }) => sum + workers * resources.cpus, 0);
  const whileRolling = pools.reduce((sum, { workers, resources }) => sum + mostPods(workers) * resources.cpus, 0);
  const least = Math.ceil((whileRolling * nodeCpus) / nodeRoom.cpus);
  const { maxCpus } = config.aws.nodes;
  if (least <= maxCpus) return undefined;
  return (
    `config aws.nodes.maxCpus: ${maxCpus} is too few for workers of ${cpus} cores together, a quarter more of them ` +
    `while a new image comes, and what nodes need themselves; allowed: ${least} or more`
  );
}

/** What the config's cluster costs. */
export function billOf(config: ClusterConfig, platform: string, publicNodes: boolean): Bill {
  const { vpc, encryption } = config.aws;
  const ownNetwork = vpc.id === undefined;
  const redis = config.redis.url === undefined ? config.redis : { cpus: 0, memory: 0 };
  const pools = poolsOf(config);
  const sum = (of: (pool: (typeof pools)[number]) => number) => pools.reduce((all, pool) => all + of(pool), 0);
  return {
    architecture: platform === "linux/arm64" ? "arm64" : "amd64",
    natGateways: ownNetwork ? vpc.natGateways : 0,
    publicNodes,
    endpoints: ownNetwork && vpc.ecrEndpoints ? 2 * vpc.zones : 0,
    ownKey: encryption === "own",
    volumes: claimsOf(config).reduce((all, { size }) => all + size, 0),
    core: { cpus: config.master.cpus + redis.cpus, memory: config.master.memory + redis.memory },
    workers: {
      cpus: sum(({ workers, resources }) => workers * resources.cpus),
      memory: sum(({ workers, resources }) => workers * resources.memory),
    },
  };
}
