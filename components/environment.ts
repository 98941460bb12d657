import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { passwordFile, type RedisEndpoint, type Resources } from "./contracts";

/** Port of Redis, in its container. */
export const redisPort = 6379;

/** The image's commands: what a worker, a master and a job run. */
export const commands = { worker: "rcluster-worker", master: "rcluster-master", job: "rcluster-job" } as const;

/** Seconds that a worker has to finish its task once told to stop, unless said otherwise. */
export const defaultGraceSeconds = 30;

/** Names and the default port of everything that a stack makes on a machine. */
export interface Names {
  readonly network: string;
  readonly redis: string;
  readonly master: string;
  /** Name of worker `index`, counted from 1. */
  readonly worker: (index: number) => string;
  readonly metrics: string;
  /** What jobs belong to. */
  readonly jobs: string;
  readonly redisVolume: string;
  readonly jobsVolume: string;
  readonly dataVolume: string;
  /** Repository and tag of the image. */
  readonly image: string;
  /** Port of Redis on this machine's loopback. */
  readonly redisPort: number;
  /** Port of the metrics there. */
  readonly metricsPort: number;
  /** Port of the master's IDE on this machine's loopback. */
  readonly idePort: number;
}

/**
 * The names of a stack: plain ones for `local`, ones with the stack's name elsewhere, so that stacks coexist.
 *
 * @example
 * names("local").master; // "rmaster"
 * names("test").worker(2); // "rworker-test-2"
 */
export function names(stack: string): Names {
  const suffix = stack === "local" ? "" : `-${slug(stack)}`;
  return {
    network: `rcluster${suffix}`,
    redis: `redis${suffix}`,
    master: `rmaster${suffix}`,
    worker: (index) => `rworker${suffix}-${index}`,
    metrics: `rmetrics${suffix}`,
    jobs: `rjobs${suffix}`,
    redisVolume: `rcluster${suffix}-redis`,
    jobsVolume: `rcluster${suffix}-jobs`,
    dataVolume: `rcluster${suffix}-data`,
    image: `rcluster${suffix}:latest`,
    redisPort: stack === "local" ? 6379 : 20000 + portOffset(stack),
    metricsPort: stack === "local" ? 9121 : 10000 + portOffset(stack),
    idePort: stack === "local" ? 8888 : 30000 + portOffset(stack, 2700),
  };
}

const slugLength = 40; // a host name holds 64 characters, prefix and index included

/** A stack's name as part of host names and labels: lower-case letters, digits and dashes, another for each stack. */
export function slug(stack: string): string {
  const plain = stack.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
  if (plain === stack && plain.length <= slugLength) return plain;
  const digest = createHash("sha256").update(stack).digest("hex").slice(0, 6);
  return `${plain.slice(0, slugLength - 7)}-${digest}`;
}

// Ports stay below Linux's range of ephemeral ones (32768 and up), so that no outgoing connection sits there.
function portOffset(stack: string, range = 10000): number {
  return createHash("sha256").update(stack).digest().readUInt32BE(0) % range;
}

/** `redis://user:password@host:port`, user and password percent-encoded; without a user it is the `default` one. */
export function redisUrl(host: string, port: number, password?: string, user = ""): string {
  const login = password ? `${encodeURIComponent(user)}:${encodeURIComponent(password)}@` : "";
  return `redis://${login}${host}:${port}`;
}

/** A RedisEndpoint from its parts; the url is secret where the password is. */
export function redisEndpoint(
  host: pulumi.Input<string>,
  port: pulumi.Input<number>,
  password?: pulumi.Input<string>,
  user?: string,
): RedisEndpoint & { readonly url: pulumi.Output<string> } {
  const url = pulumi.all([host, port, password]).apply(([h, p, secret]) => redisUrl(h, p, secret, user));
  return { host, port, password, url, ...(user && { user }) };
}

/**
 * The endpoint that a url names, url and password as secrets.
 *
 * @param url `redis://[user][:password@]host[:port]`, or `rediss://` for TLS
 */
export function parseRedisUrl(url: string): RedisEndpoint & { readonly port: number } {
  const { protocol, hostname, port, username, password } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || redisPort),
    ...(username && { user: decodeURIComponent(username) }),
    ...(password && { password: pulumi.secret(decodeURIComponent(password)) }),
    ...(protocol === "rediss:" && { tls: true }),
    url: pulumi.secret(url),
  };
}

/**
 * Environment that joins an R process to the queue. The password is not in it: it is in the file that it names.
 */
export function queueEnvironment(
  redis: RedisEndpoint,
  queue: pulumi.Input<string>,
  file: string = passwordFile,
): pulumi.Output<Environment> {
  return pulumi.all([redis.host, redis.port, redis.user, queue]).apply(([host, port, user, name]): Environment => ({
    REDIS_HOST: host,
    REDIS_PORT: String(port),
    ...(user && { REDIS_USERNAME: user }),
    ...(redis.tls && { REDIS_TLS: "true" }),
    ...(redis.password === undefined ? {} : { REDIS_PASSWORD_FILE: file }),
    RCLUSTER_QUEUE: name,
  }));
}

export type Environment = Readonly<Record<string, string>>;

/**
 * Thread counts of BLAS, OpenMP, `mc.cores` and data.table for a process limited to `cpus` cores: left alone, each
 * would start as many threads as the whole host has cores.
 */
export function threadEnvironment({ cpus }: Pick<Resources, "cpus">): Environment {
  const threads = String(Math.max(1, Math.floor(cpus)));
  return {
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    MC_CORES: threads,
    R_DATATABLE_NUM_THREADS: threads,
  };
}

/** `NAME=value` lines in a fixed order, as Docker takes them. */
export function environmentLines(...parts: readonly Environment[]): string[] {
  const merged = Object.assign({}, ...parts) as Environment;
  return Object.keys(merged)
    .sort()
    .map((name) => `${name}=${merged[name]}`);
}
