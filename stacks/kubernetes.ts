import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster, PlatformOutputs } from "../components/contracts";
import { names as stackNames, slug } from "../components/environment";
import {
  claim,
  clientEgress,
  closed,
  clusterNamespace,
  pullSecret,
  RedisQueue,
  RImage,
  RMaster,
  RWorkerPool,
} from "../components/kubernetes";
import { connect } from "../components/kubernetes/access";
import { clusterLabels } from "../components/kubernetes/context";
import { checkCluster } from "../components/kubernetes/preflight";
import type { ClusterConfig } from "./config";

/** A cluster on a Kubernetes that a kubeconfig reaches. */
export async function deploy(config: ClusterConfig): Promise<PlatformOutputs> {
  const stack = pulumi.getStack();
  const names = stackNames(stack);
  const instance = slug(stack);
  const access = await connect(config.kubernetes);
  const wanted = config.kubernetes.namespace ?? `rcluster-${instance}`;
  void checkCluster;

  const provider = new k8s.Provider("kubernetes", {
    kubeconfig: config.kubernetes.kubeconfig,
    context: access.context,
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
  const opts = { provider };
  const namespace = config.kubernetes.namespace
    ? pulumi.output(wanted)
    : clusterNamespace("namespace", { namespace: wanted, instance }, opts);
  const shared = { namespace, instance };
  const metadata = { namespace, labels: clusterLabels(shared) };
  new k8s.networking.v1.NetworkPolicy("closed", { metadata, spec: closed(shared) }, opts);
  new k8s.networking.v1.NetworkPolicy("egress", { metadata, spec: clientEgress(shared, config.egress) }, opts);

  const image = new RImage("image", {
    ...config.image,
    imageName: `${config.registry}/rcluster:${instance}`,
  });
  const queue = new RedisQueue("redis", { ...shared, ...config.redis }, { providers: [provider] });
  const data = claim("data", { ...shared, claimName: "rmaster-data", size: config.data.size }, opts);
  const cluster = { ...shared, redis: queue.endpoint, image: image.ref };
  const workers = config.workers === "auto" ? 2 : config.workers;
  const pool = new RWorkerPool(
    "worker",
    { ...cluster, pool: "worker", queue: config.queue, workers, resources: config.worker, graceSeconds: config.worker.grace },
    { providers: [provider] },
  );
  const master = new RMaster(
    "master",
    {
      ...cluster,
      image: pulumi.all([image.ref, pool.deploymentName]).apply(([ref]) => ref),
      queue: config.queue,
      resources: config.master,
      data: { claimName: data },
      masterRollout: config.master.rollout,
    },
    { providers: [provider] },
  );
  void pullSecret;
  void names;
  return {
    redis: queue.external,
    cluster: pulumi.all([image.ref, master.podName, pool.deploymentName, namespace]).apply(
      ([ref, podName, deployment, ns]): Cluster => ({
        version: 1,
        platform: "kubernetes",
        names: { network: ns, redis: "redis", master: podName, workers: [deployment] },
        commands: {
          shell: `kubectl --namespace ${ns} exec --stdin --tty ${podName} -- R`,
          rscript: `kubectl --namespace ${ns} exec ${podName} -- Rscript`,
        },
        image: ref,
      }),
    ),
  };
}
