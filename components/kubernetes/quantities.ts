import type { Resources } from "../contracts";
import type { Environment } from "../environment";

/** What a pod on Kubernetes may use. */
export interface PodResources extends Resources {
  /** Bytes of the node's disk, for temporary files and logs. Default: no limit. */
  readonly ephemeralStorage?: number;
  /** Devices by the name of their resource, such as `{ "nvidia.com/gpu": 1 }`. Default: none. */
  readonly devices?: Readonly<Record<string, number>>;
}

/** Bytes as Kubernetes writes them. */
export function byteQuantity(bytes: number): string {
  for (const [unit, size] of [
    ["Gi", 2 ** 30],
    ["Mi", 2 ** 20],
  ] as const) {
    if (bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

/** Cores as Kubernetes writes them, to a thousandth. */
export function cpuQuantity(cpus: number): string {
  const thousandths = Math.round(cpus * 1000);
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/**
 * Requests and limits of a container. All is reserved that may be used, with one exception: less than a core is
 * reserved for it, but it may use a whole one while nobody else wants it.
 */
export function resourceRequirements({ cpus, memory, ephemeralStorage, devices = {} }: PodResources): {
  requests: Environment;
  limits: Environment;
} {
  const both = {
    memory: byteQuantity(memory),
    ...(ephemeralStorage !== undefined && { "ephemeral-storage": byteQuantity(ephemeralStorage) }),
    ...Object.fromEntries(Object.entries(devices).map(([name, count]) => [name, String(count)])),
  };
  return {
    requests: { cpu: cpuQuantity(cpus), ...both },
    limits: { cpu: cpuQuantity(Math.max(1, cpus)), ...both },
  };
}
