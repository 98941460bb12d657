import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { platforms } from "../components/contracts";

const mebibyte = 2 ** 20;
const units = { Mi: mebibyte, Gi: 2 ** 30, M: 1e6, G: 1e9 } as const;
const smallestMemory = 64 * mebibyte;

// `pulumi config set --path` stores whole numbers as numbers and anything else as text.
const number = (schema: z.ZodNumber) =>
  z.preprocess((value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value), schema);
const wholeNumber = number(z.number().int().min(0));
const cpus = number(z.number().min(0.1));
const portNumber = number(z.number().int().min(1).max(65535));
const memory = z
  .string()
  .regex(/^\d+(\.\d+)?(Mi|Gi|M|G)$/)
  .transform((size) => Math.round(parseFloat(size) * units[size.replace(/[\d.]/g, "") as keyof typeof units]))
  .refine((bytes) => bytes >= smallestMemory);
// `config set --path image.apt jags` says one of a list, and means a list of one.
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), z.array(item).default([]));
const imageName = z.string().regex(/^[a-z0-9][\w./:@-]*$/);
const directory = z.string().refine((path) => fs.statSync(path, { throwIfNoEntry: false })?.isDirectory());
const file = z.string().refine((path) => fs.statSync(path, { throwIfNoEntry: false })?.isFile());
const environment = z.record(
  z.string().regex(/^(?!REDIS_|RCLUSTER_)[A-Za-z_][A-Za-z0-9_]*$/),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);
const publishedPort = z.union([
  portNumber.transform((port) => ({ external: port, internal: port })),
  z
    .string()
    .regex(/^\d+:\d+$/)
    .transform((pair) => pair.split(":").map(Number))
    .refine((pair) => pair.every((port) => port >= 1 && port <= 65535))
    .transform(([external = 0, internal = 0]) => ({ external, internal })),
]);

const image = z.strictObject({
  packages: listOf(z.string().regex(/^[A-Za-z][A-Za-z0-9.]*(@\d[\d.-]*)?$/)),
  apt: listOf(z.string().regex(/^[a-z0-9][a-z0-9.+-]+$/)),
  base: imageName.default("debian:trixie-slim"),
  repos: z.url({ protocol: /^https?$/ }).optional(),
  compilers: z.boolean().default(false),
  renvLock: file.optional(),
  ref: imageName.optional(),
});
const worker = z.strictObject({
  cpus: cpus.default(1),
  memory: memory.prefault("2Gi"),
  env: environment.default({}),
  dataReadOnly: z.boolean().default(false),
  grace: number(z.number().int().min(5).max(3600)).default(30),
});
const master = z.strictObject({
  cpus: cpus.default(1),
  memory: memory.prefault("2Gi"),
  dataDir: directory.optional(),
  ports: listOf(publishedPort),
});
const redis = z.strictObject({
  memory: memory.prefault("1Gi"),
  port: portNumber.optional(),
  image: imageName.default("redis:8"),
});
const clusterConfig = z.strictObject({
  platform: z.enum(platforms).default("docker"),
  workers: z.union([z.literal("auto"), wholeNumber]).default("auto"),
  queue: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .default("jobs"),
  image: image.readonly().prefault({}),
  worker: worker.readonly().prefault({}),
  master: master.readonly().prefault({}),
  redis: redis.readonly().prefault({}),
});

/** A stack's config, validated and frozen; memory in bytes. README.md says what each key means. */
export type ClusterConfig = Readonly<z.infer<typeof clusterConfig>>;

const coresAllowed = "a number of cores from 0.1";
const memoryAllowed = "a size from 64Mi with the unit Mi, Gi, M or G, such as 512Mi or 2Gi";
const imageAllowed = "an image's name, such as registry.example.org/team/image:tag";

/** What is allowed for each key, as the errors say it. */
export const allowed: Readonly<Record<string, string>> = {
  platform: platforms.join(", "),
  workers: "a whole number from 0, or auto",
  queue: "1 to 100 letters, digits, dots, dashes or underscores",
  image: `an object with the keys ${Object.keys(image.shape).join(", ")}`,
  "image.packages": "a list of R packages, each a name or name@version, such as data.table or sf@1.0-19",
  "image.apt": "a list of Debian packages, such as libgsl-dev",
  "image.base": imageAllowed,
  "image.repos": "the http(s) address of a CRAN-like repository",
  "image.compilers": "true or false",
  "image.renvLock": "the path of an existing renv.lock",
  "image.ref": imageAllowed,
  worker: `an object with the keys ${Object.keys(worker.shape).join(", ")}`,
  "worker.cpus": coresAllowed,
  "worker.memory": memoryAllowed,
  "worker.env": "names and values of environment variables, none of them starting with REDIS_ or RCLUSTER_",
  "worker.dataReadOnly": "true or false",
  "worker.grace": "a whole number of seconds from 5 to 3600",
  master: `an object with the keys ${Object.keys(master.shape).join(", ")}`,
  "master.cpus": coresAllowed,
  "master.memory": memoryAllowed,
  "master.dataDir": "the path of an existing folder",
  "master.ports": "a list of ports, each a number or machine:container, such as 8080 or 8080:80",
  redis: `an object with the keys ${Object.keys(redis.shape).join(", ")}`,
  "redis.memory": memoryAllowed,
  "redis.port": "a port from 1 to 65535",
  "redis.image": imageAllowed,
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
  const values = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, structured(text)]));
  const result = clusterConfig.safeParse(values);
  if (!result.success) throw new pulumi.RunError([...new Set(result.error.issues.flatMap(lines(values)))].join("\n"));
  const conflict = refConflict(values);
  if (conflict) throw new pulumi.RunError(conflict);
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

function lines(values: unknown) {
  return (issue: z.core.$ZodIssue): string[] => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        if (key in allowed) return `config ${key}: set it with --path, and take this one back by 'config rm ${key}'`;
        const known = path.length === 0 ? Object.keys(clusterConfig.shape).join(", ") : allowedAt(path);
        return `config ${[...path, key].join(".")}: there is no such key; allowed: ${known}`;
      });
    }
    if (path[0] === "worker" && path[1] === "env") {
      return [`config ${path.join(".")} is not allowed; allowed: ${allowedAt(path)}`]; // its value may be secret
    }
    const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values);
    return [`config ${path.join(".")}: ${JSON.stringify(value)} is not allowed; allowed: ${allowedAt(path)}`];
  };
}

function allowedAt(path: readonly string[]): string {
  const key = path.slice(0, 2).join(".");
  return allowed[key] ?? "";
}

function refConflict(values: { image?: unknown }): string | undefined {
  const given = Object.keys((values.image as object | undefined) ?? {});
  const other = given.find((key) => key !== "ref");
  if (!given.includes("ref") || other === undefined) return undefined;
  return `config image.ref: names an image built elsewhere, so image.${other} has no effect; allowed: one or the other`;
}
