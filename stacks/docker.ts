import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { clusterVersion, type Cluster, type DockerJobs, type PlatformOutputs } from "../components/contracts";
import {
  folderData,
  MetricsExporter,
  RedisQueue,
  RImage,
  RJobs,
  RMaster,
  RWorkerPool,
  volumeData,
} from "../components/docker";
import { labelList } from "../components/docker/container";
import { findEngine, stackLabel } from "../components/docker/engine";
import { checkMachine } from "../components/docker/preflight";
import { names as stackNames, type Names } from "../components/environment";
import { describeIde } from "../components/ide";
import type { ClusterConfig } from "./config";
import { machinePlan, workersOn } from "./dockerPlan";
import { ideOf } from "./ide";

/** A cluster on this machine's Docker engine. */
export async function deploy(config: ClusterConfig): Promise<PlatformOutputs> {
  const names = stackNames(pulumi.getStack());
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const engine = await findEngine();
  const workers = workersOn(engine, config);
  const { ide, layer } = await ideOf(config, names);
  await checkMachine(machinePlan(config, engine, names, stack), engine);

  const labels = { [stackLabel]: stack };
  const provider = new docker.Provider("docker", { host: engine.host, certPath: engine.certPath });
  const image = new RImage(
    "image",
    { ...config.image, imageName: names.image, platform: engine.platform, ide: layer },
    { providers: [provider] },
  );
  const network = new docker.Network(
    "network",
    { name: names.network, labels: labelList(labels) },
    { provider, deleteBeforeReplace: true },
  );
  const shared = { labels, network: network.name };
  const data = config.master.dataDir
    ? folderData(config.master.dataDir, engine.rootless)
    : volumeData("data", { ...shared, volumeName: names.dataVolume }, { provider });

  const queue = new RedisQueue(
    "queue",
    {
      ...shared,
      containerName: names.redis,
      volumeName: names.redisVolume,
      port: config.redis.port ?? names.redisPort,
      memory: config.redis.memory,
      image: config.redis.image,
    },
    { providers: [provider] },
  );
  const cluster = { ...shared, data, redis: queue.endpoint, queue: config.queue, image: image.ref };
  const afterQueue = { providers: [provider], dependsOn: queue };
  const pool = new RWorkerPool(
    "worker",
    {
      ...cluster,
      containerName: names.worker,
      workers,
      resources: config.worker,
      env: Object.keys(config.worker.env).length > 0 ? pulumi.secret(config.worker.env) : undefined,
      dataReadOnly: config.worker.dataReadOnly,
      graceSeconds: config.worker.grace,
    },
    afterQueue,
  );
  const master = new RMaster(
    "master",
    {
      ...cluster,
      image: image.masterRef,
      containerName: names.master,
      resources: config.master,
      ports: config.master.ports,
      ide,
    },
    afterQueue,
  );
  const jobs = new RJobs(
    "jobs",
    {
      ...cluster,
      containerName: names.jobs,
      volumeName: names.jobsVolume,
      anchorImage: queue.image,
      resources: config.job,
    },
    afterQueue,
  );

  const { enabled, image: exporter } = config.metrics;
  const counted = { redis: queue.exporterEndpoint, queues: [config.queue], image: exporter };
  const metrics = enabled
    ? new MetricsExporter(
        "metrics",
        { ...shared, ...counted, containerName: names.metrics, port: config.metrics.port ?? names.metricsPort },
        afterQueue,
      )
    : undefined;

  const more = { metrics: metrics?.containerName, ide: ide && describeIde(ide) };
  return {
    redis: queue.external,
    ide: master.ide,
    cluster: pulumi
      .all([image.ref, jobs.start])
      .apply(([ref, start]) =>
        describe(names, master.containerName, pool.containerNames, ref, { anchor: jobs.containerName, start }, more),
      ),
    ...(metrics && { more: { metricsUrl: metrics.url } }),
  };
}

/** The output `cluster` of a cluster on Docker. */
export function describe(
  names: Names,
  master: string,
  workers: readonly string[],
  image: string,
  jobs: DockerJobs,
  { metrics, ide }: Partial<Pick<Cluster, "ide"> & Pick<Cluster["names"], "metrics">> = {},
): Cluster {
  return {
    version: clusterVersion,
    platform: "docker",
    names: { network: names.network, redis: names.redis, master, workers, ...(metrics && { metrics }) },
    workers: workers.length,
    exec: ["docker", "exec", "--interactive", master],
    commands: {
      shell: `docker exec -it ${master} R`,
      rscript: `docker exec ${master} Rscript`,
      ...(workers[0] && { logs: `docker logs --follow ${workers[0]}` }),
    },
    image,
    jobs,
    ...(ide && { ide }),
  };
}
