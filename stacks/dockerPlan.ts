import type { Engine } from "../components/docker/engine";
import type { Plan } from "../components/docker/preflight";
import type { Names } from "../components/environment";
import type { ClusterConfig } from "./config";
import { ideArgs } from "./ide";

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
  const { worker, master, redis, metrics } = config;
  const ide = ideArgs(config, names);
  const workers = Array.from({ length: workersOn(engine, config) }, (_, index) => names.worker(index + 1));
  return {
    stack,
    containerNames: [names.redis, names.master, ...workers, ...(metrics.enabled ? [names.metrics] : [])],
    ports: [
      { key: "redis.port", port: redis.port ?? names.redisPort },
      ...(metrics.enabled ? [{ key: "metrics.port", port: metrics.port ?? names.metricsPort }] : []),
      ...(ide ? [{ key: "master.idePort", port: ide.port }] : []),
      ...master.ports.map(({ external }) => ({ key: "master.ports", port: external })),
    ],
    cpus: { "worker.cpus": worker.cpus, "master.cpus": master.cpus },
  };
}
