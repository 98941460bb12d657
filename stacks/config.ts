import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { ideKinds, platforms } from "../components/contracts";
import { exporterImage } from "../components/exporter";
import { aws, awsAllowed } from "./eks/config";
import { conflict } from "./conflicts";
import * as k8s from "./kubernetes/config";
import * as values from "./values";

const image = z.strictObject({
  packages: values.listOf(z.string().regex(/^[A-Za-z][A-Za-z0-9.]*(@\d[\d.-]*)?$/)),
  apt: values.listOf(z.string().regex(/^[a-z0-9][a-z0-9.+-]+$/)),
  base: values.imageName.default("debian:trixie-slim"),
  repos: z.url({ protocol: /^https?$/ }).optional(),
  compilers: z.boolean().default(false),
  renvLock: values.file.optional(),
  ref: values.imageName.optional(),
  ...k8s.registryLogin,
});
const worker = z.strictObject({
  cpus: values.cpus.default(1),
  memory: values.memory.prefault("2Gi"),
  env: values.environment.default({}),
  dataReadOnly: z.boolean().default(false),
  grace: values.grace.default(30),
  ...k8s.extraResources,
  ...k8s.placement,
});
const master = z.strictObject({
  cpus: values.cpus.default(1),
  memory: values.memory.prefault("2Gi"),
  dataDir: values.directory.optional(),
  ports: values.listOf(values.publishedPort),
  idePort: values.portNumber.optional(),
  env: values.environment.default({}),
  rollout: z.enum(["auto", "manual"]).default("auto"),
  ...k8s.extraResources,
  ...k8s.placement,
});
const job = z.strictObject({
  cpus: values.cpus.default(1),
  memory: values.memory.prefault("2Gi"),
  ...k8s.jobKeys,
});
const redis = z.strictObject({
  memory: values.memory.prefault("1Gi"),
  port: values.portNumber.optional(),
  image: values.imageName.default("redis:8"),
  ...k8s.redisKeys,
});
const metrics = z.strictObject({
  enabled: z.boolean().default(false),
  image: values.imageName.default(exporterImage),
  port: values.portNumber.optional(),
  ...k8s.metricsKeys,
});
const rstudio = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const ides = ["none", ...ideKinds] as const;
const clusterConfig = z.strictObject({
  platform: z.enum(platforms).default("docker"),
  workers: z.union([z.literal("auto"), values.wholeNumber(0)]).default("auto"),
  pools: z.array(k8s.pool).optional(),
  queue: values.queueName.default("jobs"),
  ide: z.enum(ides).default("none"),
  rstudio: rstudio.readonly().optional(),
  registry: k8s.registry.optional(),
  image: image.readonly().prefault({}),
  worker: worker.readonly().prefault({}),
  master: master.readonly().prefault({}),
  job: job.readonly().prefault({}),
  redis: redis.readonly().prefault({}),
  metrics: metrics.readonly().prefault({}),
  kubernetes: k8s.kubernetes.readonly().prefault({}),
  egress: k8s.egress.default("all"),
  data: k8s.data.readonly().prefault({}),
  aws: aws.readonly().prefault({}),
});

/** A stack's config, validated and frozen; memory in bytes. README.md says what each key means. */
export type ClusterConfig = Readonly<z.infer<typeof clusterConfig>>;

/** What is allowed for each key, as the errors say it. */
export const allowed: Readonly<Record<string, string>> = {
  platform: platforms.join(", "),
  workers: `${values.countAllowed}, or auto`,
  queue: values.queueAllowed,
  ide: ides.join(", "),
  rstudio: values.objectAllowed(rstudio),
  "rstudio.url": "the http(s) address of RStudio Server's .deb for the image's system",
  "rstudio.sha256": "the SHA-256 of that file, 64 digits from 0 to f",
  image: values.objectAllowed(image),
  "image.packages": "a list of R packages, each a name or name@version, such as data.table or sf@1.0-19",
  "image.apt": "a list of Debian packages, such as libgsl-dev",
  "image.base": values.imageAllowed,
  "image.repos": "the http(s) address of a CRAN-like repository",
  "image.compilers": values.flagAllowed,
  "image.renvLock": "the path of an existing renv.lock",
  "image.ref": values.imageAllowed,
  worker: values.objectAllowed(worker),
  "worker.cpus": values.coresAllowed,
  "worker.memory": values.memoryAllowed,
  "worker.env": values.environmentAllowed,
  "worker.dataReadOnly": values.flagAllowed,
  "worker.grace": values.graceAllowed,
  master: values.objectAllowed(master),
  "master.cpus": values.coresAllowed,
  "master.memory": values.memoryAllowed,
  "master.dataDir": "the path of an existing folder",
  "master.ports": "a list of ports, each a number or machine:container, such as 8080 or 8080:80",
  "master.idePort": values.portAllowed,
  job: values.objectAllowed(job),
  "job.cpus": values.coresAllowed,
  "job.memory": values.memoryAllowed,
  redis: values.objectAllowed(redis),
  "redis.memory": values.memoryAllowed,
  "redis.port": values.portAllowed,
  "redis.image": values.imageAllowed,
  metrics: values.objectAllowed(metrics),
  "metrics.enabled": values.flagAllowed,
  "metrics.image": values.imageAllowed,
  "metrics.port": values.portAllowed,
  ...k8s.kubernetesAllowed,
  ...awsAllowed,
};

/**
 * Reads and judges the stack's config.
 *
 * @throws RunError with one line for each bad value: its key, the value and what is allowed.
 */
export function readConfig(): ClusterConfig {
  const prefix = `${pulumi.getProject()}:`;
  const entries = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return parseConfig(Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length), value])));
}

/** The pure part of readConfig: from the keys' texts, JSON where a value is an object, to a ClusterConfig. */
export function parseConfig(texts: Readonly<Record<string, string>>): ClusterConfig {
  const given = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, structured(text)]));
  const result = clusterConfig.safeParse(given);
  if (!result.success) throw new pulumi.RunError([...new Set(result.error.issues.flatMap(lines(given)))].join("\n"));
  const problem = conflict(given, result.data.platform);
  if (problem) throw new pulumi.RunError(problem);
  return Object.freeze(result.data);
}

function structured(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const secrets = /^((worker|master|pools)\.env|image\.password|redis\.url|data\.s3\.secretAccessKey)/;

function lines(given: unknown) {
  return (issue: z.core.$ZodIssue): string[] => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        if (key in allowed) return `config ${key}: set it with --path, and take this one back by 'config rm ${key}'`;
        const known = path.length === 0 ? Object.keys(clusterConfig.shape).join(", ") : allowedAt(path);
        return `config ${written([...path, key])}: there is no such key; allowed: ${known}`;
      });
    }
    const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], given);
    const fault =
      value === undefined
        ? ": is not set"
        : secrets.test(named(path).join("."))
          ? " is not allowed"
          : `: ${JSON.stringify(value)} is not allowed`;
    return [`config ${written(path)}${fault}; allowed: ${allowedAt(path)}`];
  };
}

// What is said of the key, or of the object that it is in.
function allowedAt(path: readonly string[]): string {
  const names = named(path);
  const prefixes = names.map((_, index) => names.slice(0, names.length - index).join("."));
  return allowed[prefixes.find((prefix) => prefix in allowed) ?? ""] ?? "";
}

// As `config set --path` takes it.
function written(path: readonly string[]): string {
  return path.join(".").replace(/\.(\d+)(?=\.|$)/g, "[$1]");
}

function named(path: readonly string[]): string[] {
  return path.filter((part) => !/^\d+$/.test(part));
}
