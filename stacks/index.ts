import type { PlatformOutputs } from "../components/contracts";
import { readConfig, type ClusterConfig } from "./config";

async function deploy(config: ClusterConfig): Promise<PlatformOutputs> {
  switch (config.platform) {
    case "docker":
      return (await import("./docker")).deploy(config);
    case "kubernetes":
      return (await import("./kubernetes")).deploy(config);
    case "eks":
      return (await import("./eks")).deploy(config);
  }
}

export = async () => {
  const config = readConfig();
  const { cluster, redis, ide, more } = await deploy(config);
  return {
    cluster,
    queue: config.queue,
    workers: cluster.workers,
    master: cluster.names.master,
    shell: cluster.commands.shell,
    redisHost: redis.host,
    redisPort: redis.port,
    redisUrl: redis.url,
    ...(ide && { ideUrl: ide.url, idePassword: ide.password }),
    ...more,
  };
};
