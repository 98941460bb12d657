import * as pulumi from "@pulumi/pulumi";
import type { PlatformOutputs } from "../../components/contracts";
import { claim, restartWarning, RMaster, RWorkerPool, type ClusterContext } from "../../components/kubernetes";
import { connect, type Access } from "../../components/kubernetes/access";
import { checkChanges } from "../../components/kubernetes/changes";
import { checkCluster } from "../../components/kubernetes/preflight";
import { waitForRollout } from "../../components/kubernetes/rollout";
import type { ClusterConfig } from "../config";
import { describeCluster } from "./describe";
import * as parts from "./parts";
import * as plan from "./plan";

/** A cluster on a Kubernetes that a kubeconfig reaches. */
export async function deploy(config: ClusterConfig): Promise<PlatformOutputs> {
  const stack = pulumi.getStack();
  const place = plan.placeOf(config, stack);
  const pools = plan.poolsOf(config);
  const access = await connect(config.kubernetes);
  await checkCluster(access, plan.wantedOf(config, stack, pools));
  await checkChanges(access, plan.changeOf(config, stack));

  const { provider, keeper } = await parts.providers(config, access, place.namespace);
  const kept = { provider: keeper, retainOnDelete: config.data.onDestroy === "keep" };
  const namespace = parts.namespaceOf(place, kept);
  const context: ClusterContext = { namespace, instance: place.instance, rollout: waiting(access) };
  const policies = parts.policies(config, context, { provider });
  const opts = { providers: [provider], dependsOn: policies }; // no pod without a fence around it

  const { image, pullSecret } = await parts.imageOf(config, context, access, provider);
  const queue = parts.queueOf(config, context, stack, opts);
  const dataName = claim("data", { ...context, ...plan.dataClaimOf(config), claimName: plan.dataClaim }, kept);
  const data = { claimName: dataName };
  const cluster = { ...context, redis: queue.redis, image, pullSecret };
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
  const master = new RMaster(
    "master",
    {
      ...cluster,
      ...plan.placementOf(config.master, config.image.platform),
      // Known once the workers are up: an image that does not come up there never ends the session on the master.
      image: pulumi.all([image, deployments]).apply(([ref]) => ref),
      queue: config.queue,
      resources: plan.resourcesOf(config.master),
      env: parts.environmentOf(config, config.master.env),
      data,
      masterRollout: config.master.rollout,
      beforeUpdate: restartWarning(config.master.rollout === "manual"),
    },
    opts,
  );

  return {
    redis: queue.external,
    cluster: pulumi.all([namespace, master.podName, image, deployments]).apply(([ns, pod, ref, names]) =>
      describeCluster({
        namespace: ns,
        instance: place.instance,
        context: access.context,
        kubeconfig: parts.kubeconfigOf(config),
        master: pod,
        deployments: names,
        workers: pools.reduce((sum, pool) => sum + pool.workers, 0),
        image: ref,
        localPort: queue.localPort,
      }),
    ),
  };
}

function waiting(access: Access): ClusterContext["rollout"] {
  return (workload) => waitForRollout(access, workload, { log: (line) => void pulumi.log.info(line) });
}
