import { nodeLabels, type NodeRole } from "../components/aws/nodePools";
import { stackTag } from "../components/aws/tags";
import { slug } from "../components/environment";
import type { ClusterConfig } from "./config";
import { poolsOf } from "./kubernetesPlan";

/** Names of what a stack makes on AWS. */
export interface EksNames {
  /** Name of the stack as a label's value. */
  readonly instance: string;
  readonly cluster: string;
  readonly repository: string;
  readonly storageClass: string;
  readonly bucket: string;
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
    kubeconfig: `.rcluster/kubeconfig-${instance}.json`,
  };
}

/** The tags of everything that a stack makes. */
export function tagsOf(config: ClusterConfig, project: string, stack: string): Record<string, string> {
  return { ...config.aws.tags, [stackTag]: `${project}/${stack}` };
}

/**
 * The config as the Kubernetes part takes it: pods select the nodes of their pool, claims the stack's StorageClass,
 * and the image is built for the nodes' platform.
 */
export function configOnEks(config: ClusterConfig, names: EksNames, platform: string): ClusterConfig {
  const placed = <T extends { nodeSelector?: Record<string, string> }>(role: NodeRole, pods: T): T => ({
    ...pods,
    nodeSelector: { ...pods.nodeSelector, ...nodeLabels(role, names.instance) },
  });
  return {
    ...config,
    image: { ...config.image, platform },
    worker: placed("worker", config.worker),
    master: placed("core", config.master),
    redis: placed("core", config.redis),
    pools: config.pools?.map((pool) => (pool.nodeSelector ? placed("worker", pool) : pool)),
    kubernetes: { ...config.kubernetes, storageClass: names.storageClass },
  };
}

/** What a config asks of the nodes and cannot get, in one line. */
export function nodeProblem(config: ClusterConfig): string | undefined {
  const pools = poolsOf(config);
  const gpus = pools.find(({ resources }) => resources.devices !== undefined);
  if (gpus && config.aws.nodes.families.length === 0) {
    return `config ${gpus.key}.gpu: no default instance family has GPUs; allowed: with aws.nodes.families, such as ["g5"]`;
  }
  const cpus = pools.reduce((sum, { workers, resources }) => sum + workers * resources.cpus, 0);
  const { maxCpus } = config.aws.nodes;
  if (cpus <= maxCpus) return undefined;
  return `config aws.nodes.maxCpus: ${maxCpus} is too few for workers of ${cpus} cores together; allowed: ${Math.ceil(cpus)} or more`;
}
