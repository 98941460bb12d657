import type { Engine } from "../components/docker/engine";
import type { Plan } from "../components/docker/preflight";
import type { Names } from "../components/environment";
import type { ClusterConfig } from "./config";

/** How many workers a config asks for on Docker: `auto` is one for each core. */
export function workersOn({ cores }: Pick<Engine, "cores">, { workers }: Pick<ClusterConfig, "workers">): number {
  return workers === "auto" ? cores : workers;
}

/**
 * What a config's cluster uses of the machine.
 *
 * @param stack value of the stack's label
 */
export function machinePlan(config: ClusterConfig, engine: Engine, names: Names, stack: string): Plan {
  const { worker, master, job, redis, metrics, ide } = config;
  const workers = Array.from({ length: workersOn(engine, config) }, (_, index) => names.worker(index + 1));
  return {
    stack,
    containerNames: [names.redis, names.master, names.jobs, ...workers, ...(metrics.enabled ? [names.metrics] : [])],
    ports: [
      { key: "redis.port", port: redis.port ?? names.redisPort },
      ...(metrics.enabled ? [{ key: "metrics.port", port: metrics.port ?? names.metricsPort }] : []),
      ...(ide === "none" ? [] : [{ key: "master.idePort", port: master.idePort ?? names.idePort }]),
      ...master.ports.map(({ external }) => ({ key: "master.ports", port: external })),
    ],
    cpus: { "worker.cpus": worker.cpus, "master.cpus": master.cpus, "job.cpus": job.cpus },
  };
}
