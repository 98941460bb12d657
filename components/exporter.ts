import * as pulumi from "@pulumi/pulumi";
import type { RedisEndpoint } from "./contracts";
import type { Environment } from "./environment";

// How the exporter of metrics runs, wherever it does: https://github.com/oliver006/redis_exporter

/** The exporter's image unless another one is asked for. */
export const exporterImage = "oliver006/redis_exporter:v1.69.0";

/** The user and group of its processes, those of the image. */
export const exporterUserId = 59000;

/** Port and path at which Prometheus finds the metrics. */
export const exporterPort = 9121;
export const metricsPath = "/metrics";

/** What the exporter's container may use. */
export const exporterResources = { cpus: 0.1, memory: 64 * 2 ** 20 };

/** Folder of the scripts that count, a file for each queue: its path is a label of what it counts. */
export const scriptFolder = "/etc/rcluster/queues";

/** Where the exporter finds its password, in a map of passwords by address. */
export const passwordMapFile = "/run/secrets/exporter/passwords.json";

/** What every platform's MetricsExporter takes. */
export interface MetricsExporterArgs {
  /** The Redis that holds the queues, with the login to use: `exporterEndpoint` of a RedisQueue, or any other. */
  readonly redis: RedisEndpoint;
  /** Names of the queues to count. */
  readonly queues: readonly string[];
  /** The exporter's image. Default: `exporterImage`. */
  readonly image?: pulumi.Input<string>;
}

/**
 * The exporter's settings, as environment variables. What Redis does not let it do is switched off, where it can be.
 */
export function exporterEnvironment({ redis, queues }: MetricsExporterArgs): pulumi.Output<Environment> {
  return pulumi.all([address(redis), redis.user]).apply(([url, user]): Environment => ({
    REDIS_ADDR: url,
    ...(user && { REDIS_USER: user }),
    ...(redis.password !== undefined && { REDIS_PASSWORD_FILE: passwordMapFile }),
    REDIS_EXPORTER_SCRIPT: queues.map((queue) => `${scriptFolder}/${queue}`).join(),
    REDIS_EXPORTER_CONFIG_COMMAND: "-",
    REDIS_EXPORTER_SET_CLIENT_NAME: "false",
    REDIS_EXPORTER_EXCLUDE_LATENCY_HISTOGRAM_METRICS: "true",
    REDIS_EXPORTER_REDIS_ONLY_METRICS: "true",
  }));
}

/** The exporter's map of passwords; undefined for a Redis without one. */
export function passwordMap(redis: RedisEndpoint): pulumi.Output<string> | undefined {
  if (redis.password === undefined) return undefined;
  return pulumi.secret(
    pulumi.all([address(redis), redis.user, redis.password]).apply(([url, user, password]) => {
      const key = user ? url.replace("://", `://${encodeURIComponent(user)}@`) : url;
      return JSON.stringify({ [key]: password });
    }),
  );
}

function address({ host, port, tls }: RedisEndpoint): pulumi.Output<string> {
  return pulumi
    .all([host, port])
    .apply(([name, number]) => `${tls ? "rediss" : "redis"}://${name.includes(":") ? `[${name}]` : name}:${number}`);
}
