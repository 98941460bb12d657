import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Platform, PlatformOutputs } from "../../components/contracts";
import {
  claim,
  restartWarning,
  RJobs,
  RMaster,
  RWorkerPool,
  type ClusterContext,
  type Workload,
} from "../../components/kubernetes";
import { names } from "../../components/environment";
import type { IdeLayer } from "../../components/imageContext";
import type { ClusterConfig } from "../config";
import { ideOf } from "../ide";
import { describeCluster } from "./describe";
import * as parts from "./parts";
import * as plan from "./plan";

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
  /** Makes the image, and the one with the IDE for the master. */
  readonly image: (context: ClusterContext, ide?: IdeLayer) => parts.Image | Promise<parts.Image>;
  /** Makes the service account of master and workers. Default: the namespace's own, which may do nothing. */
  readonly serviceAccount?: (context: ClusterContext, opts: pulumi.CustomResourceOptions) => pulumi.Output<string>;
  /** Path of the kubeconfig for the commands that are shown. Default: kubectl's own. */
  readonly kubeconfig?: string;
  /** Name of the context in it. */
  readonly context: string;
}

/** Makes Redis, workers and master. */
export async function deployOn(ground: Ground, config: ClusterConfig): Promise<PlatformOutputs> {
  const stack = pulumi.getStack();
  const place = plan.placeOf(config, stack);
  const pools = plan.poolsOf(config);
  const { provider, keeper, dependsOn = [] } = ground;
  const kept = { provider: keeper, retainOnDelete: config.data.onDestroy === "keep" };
  const namespace = parts.namespaceOf(place, { ...kept, dependsOn: [...dependsOn] });
  const context: ClusterContext = { namespace, instance: place.instance, rollout: ground.rollout };
  const policies = parts.policies(config, context, { provider });
  const opts = { providers: [provider], dependsOn: policies }; // no pod without a fence around it

  const { ide, layer } = await ideOf(config, names(stack));
  const { image, masterImage, pullSecret } = await ground.image(context, layer);
  const queue = parts.queueOf(config, { ...context, pullSecret }, stack, opts);
  const dataName = claim("data", { ...context, ...plan.dataClaimOf(config), claimName: plan.dataClaim }, kept);
  const data = { claimName: dataName };
  const serviceAccount = ground.serviceAccount?.(context, { provider });
  const cluster = { ...context, redis: queue.redis, image, pullSecret, serviceAccount };
  const workers = pools.map(
    ({ component, placement, env, ...pool }) =>
      new RWorkerPool(
        component,
        {
          ...cluster,
          ...pool,
          ...placement,
          env: parts.environmentOf(config, env),
          data: config.data.shared ? data : undefined,
        },
        opts,
      ),
  );
  const deployments = pulumi.all(workers.map((pool) => pool.deploymentName));
  // Known once the workers are up: an image that does not come up there never ends the session on the master.
  const proven = (ref: typeof image) => pulumi.all([ref, deployments]).apply(([known]) => known);
  const coordinator = {
    ...cluster,
    image: proven(image),
    queue: config.queue,
    env: parts.environmentOf(config, config.master.env),
  };
  const jobs = new RJobs(
    "jobs",
    {
      ...coordinator,
      ...plan.placementOf(config.job, config.image.platform),
      resources: plan.resourcesOf(config.job),
      data: config.data.shared ? data : undefined,
    },
    opts,
  );
  const master = new RMaster(
    "master",
    {
      ...coordinator,
      ...plan.placementOf(config.master, config.image.platform),
      image: proven(masterImage),
      resources: plan.resourcesOf(config.master),
      data,
      ide,
      masterRollout: config.master.rollout,
      beforeUpdate: restartWarning(config.master.rollout === "manual"),
    },
    opts,
  );

  const metrics = parts.metricsOf(config, { ...context, pullSecret }, queue, opts);

  return {
    redis: queue.external,
    ...(metrics && { more: { metricsUrl: metrics.url } }),
    ide: master.ide,
    cluster: pulumi
      .all([namespace, master.podName, image, deployments, jobs.templateName])
      .apply(([ns, pod, ref, names, template]) =>
        describeCluster({
          namespace: ns,
          instance: place.instance,
          platform: ground.platform,
          context: ground.context,
          kubeconfig: ground.kubeconfig,
          master: pod,
          deployments: names,
          workers: pools.reduce((sum, pool) => sum + pool.workers, 0),
          image: ref,
          localPort: queue.localPort,
          metrics: metrics && "metrics",
          ide,
          jobs: { template, storage: plan.jobStorageOf(config) },
        }),
      ),
  };
}
