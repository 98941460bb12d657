import { createHash } from "node:crypto";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { passwordFile, type Resources } from "../contracts";
import { environmentLines, type Environment } from "../environment";

/** What the containers of one cluster share. */
export interface ContainerContext {
  /** Name of the Docker network that joins them. */
  readonly network: pulumi.Input<string>;
  /** Labels for everything that is made. */
  readonly labels: Environment;
}

/** A container of the cluster, in the cluster's words. */
export interface ContainerSpec extends ContainerContext {
  readonly name: string;
  /** Host name, and the name under which others in the network find it. Default: `name`. */
  readonly hostname?: string;
  readonly image: pulumi.Input<string>;
  /** Default: the image's own. */
  readonly command?: readonly string[];
  readonly resources: Resources;
  /** `uid:gid` of its processes. */
  readonly user: string;
  readonly env?: pulumi.Input<Environment>;
  /** Secret; readable by `user` alone at `passwordFile`. */
  readonly password?: pulumi.Input<string>;
  /** Further files, readable by `user` alone. */
  readonly files?: readonly { readonly path: string; readonly content: pulumi.Input<string> }[];
  readonly mounts?: readonly docker.types.input.ContainerMount[];
  /** Published on loopback. */
  readonly ports?: readonly { readonly external: number; readonly internal: number }[];
  readonly healthcheck?: docker.types.input.ContainerHealthcheck;
  /** Seconds from SIGTERM to SIGKILL. */
  readonly graceSeconds: number;
}

/**
 * The arguments of docker.Container for a spec: no root, no capabilities, limits on CPU, memory and log, and spellings
 * that the provider does not take for a change on the next `up`.
 */
export function containerArgs(spec: ContainerSpec): docker.ContainerArgs {
  const env = pulumi.output(spec.env ?? {});
  const labels = pulumi.all([spec.mounts ?? [], env]).apply(([mounts, variables]) => ({
    ...spec.labels,
    "rcluster.spec": fingerprint({ ...spec, mounts, env: Object.keys(variables).sort() }),
  }));
  return {
    name: spec.name,
    hostname: spec.hostname ?? spec.name,
    image: spec.image,
    ...(spec.command && { command: [...spec.command] }),
    user: spec.user,
    envs: env.apply((variables) => environmentLines(variables)),
    labels: pulumi.unsecret(labels).apply(labelList),
    networksAdvanced: [{ name: spec.network, aliases: [spec.hostname ?? spec.name] }],
    ports: [...(spec.ports ?? [])]
      .sort((a, b) => a.internal - b.internal)
      .map((port) => ({ ...port, ip: "127.0.0.1", protocol: "tcp" })),
    mounts: [...(spec.mounts ?? [])],
    uploads: uploads(spec),
    healthcheck: spec.healthcheck,
    ...(spec.healthcheck && { wait: true, waitTimeout: 120 }),
    cpus: cpuLimit(spec.resources.cpus),
    memory: mebibytes(spec.resources.memory),
    memorySwap: mebibytes(spec.resources.memory),
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    restart: "unless-stopped",
    destroyGraceSeconds: spec.graceSeconds,
    stopTimeout: spec.graceSeconds,
    logDriver: "json-file",
    logOpts: { ...logLimits },
  };
}

/** How much of its output Docker keeps of each container. */
export const logLimits: Environment = { "max-size": "10m", "max-file": "3" };

/** Labels as the docker provider takes them. */
export function labelList(labels: Environment): { label: string; value: string }[] {
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}

/** Cores, to a thousandth, as Docker's provider writes them back: any other spelling is a replacement on every `up`. */
export function cpuLimit(cpus: number): string {
  const rounded = Math.round(cpus * 1000) / 1000;
  return Number.isInteger(rounded) ? rounded.toFixed(1) : String(rounded);
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}

// The provider reports changes of these, or does not even see one taken away, and applies none of them. As a label
// they replace the container.
function fingerprint(
  spec: Pick<ContainerSpec, "command" | "healthcheck" | "user"> & { mounts: unknown; env: unknown },
): string {
  const { command, healthcheck, user, mounts, env } = spec;
  return createHash("sha256")
    .update(JSON.stringify([command, healthcheck, user, mounts, env]))
    .digest("hex")
    .slice(0, 12);
}

function uploads({ user, password, files = [] }: ContainerSpec): docker.types.input.ContainerUpload[] {
  const [owner, group] = user.split(":");
  const all = password === undefined ? files : [{ path: passwordFile, content: password }, ...files];
  return all.map(({ path, content }) => ({ file: path, content, owner, group, permissions: "0400" }));
}
