import { z } from "zod";
import * as values from "../values";

// The part of the config that has a meaning on Kubernetes only.

const dnsLabel = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const objectName = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/);
const text = z.string().min(1);
const labelValue = z.string().regex(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/);
const labels = z.record(
  z.string().regex(/^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/),
  z.union([labelValue, z.number(), z.boolean()]).transform(String),
);
const toleration = z.strictObject({
  key: text.optional(),
  operator: z.enum(["Exists", "Equal"]).optional(),
  value: labelValue.optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
});
const devices = z.union([
  values.wholeNumber(1).transform((count): Record<string, number> => ({ "nvidia.com/gpu": count })),
  z.record(z.string().regex(/^[a-z0-9.-]+\/[\w.-]+$/), values.wholeNumber(1)),
]);

/** Where pods run: keys of `worker`, of each pool, of `master` and of `redis`. */
export const placement = {
  nodeSelector: labels.optional(),
  tolerations: values.listOf(toleration),
  priorityClass: objectName.optional(),
};

/** What else pods of R may ask for. */
export const extraResources = {
  gpu: devices.optional(),
  ephemeralStorage: values.size.optional(),
};

/** What jobs have besides. */
export const jobKeys = {
  storage: values.size.prefault("10Gi"),
  storageClass: objectName.optional(),
  ...extraResources,
  ...placement,
};

/** One pool of workers; what it leaves out is as `worker` says. */
export const pool = z.strictObject({
  name: dnsLabel.refine((name) => name.length <= 30),
  workers: values.wholeNumber(0),
  queue: values.queueName.optional(),
  cpus: values.cpus.optional(),
  memory: values.memory.optional(),
  env: values.environment.optional(),
  dataReadOnly: z.boolean().optional(),
  grace: values.grace.optional(),
  ...extraResources,
  ...placement,
  tolerations: z.array(toleration).optional(),
});

export const kubernetes = z.strictObject({
  kubeconfig: text.optional(),
  context: text.optional(),
  namespace: dnsLabel.optional(),
  storageClass: objectName.optional(),
  elastic: z.boolean().default(false),
});

const s3 = z.strictObject({
  accessKeyId: text,
  secretAccessKey: text,
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: text.default("us-east-1"),
});
export const data = z.strictObject({
  size: values.size.prefault("10Gi"),
  shared: z.boolean().default(false),
  storageClass: objectName.optional(),
  onDestroy: z.enum(["delete", "keep"]).default("delete"),
  s3: s3.optional(),
});

const cidr = z.union([z.cidrv4(), z.cidrv6()]);
export const egress = z.union([z.literal("all"), z.literal("none"), z.array(cidr), cidr.transform((net) => [net])]);

export const registry = z.string().regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+(([._-]|__|-+)[a-z0-9]+)*)+$/);
export const registryLogin = {
  username: text.optional(),
  password: text.optional(),
  pullSecret: objectName.optional(),
  share: z.boolean().default(false),
  platform: z
    .string()
    .regex(/^linux\/(amd64|arm64)$/)
    .optional(),
};

const peer = z.strictObject({ namespace: dnsLabel, podSelector: labels.default({}) });
export const redisKeys = {
  cpus: values.cpus.default(0.25),
  url: z
    .url({ protocol: /^rediss?$/ })
    .refine((url) => /^(\/0?)?$/.test(new URL(url).pathname))
    .optional(),
  passwordVersion: values.wholeNumber(1).default(1),
  peers: values.listOf(peer),
  size: values.size.optional(),
  storageClass: objectName.optional(),
  ...placement,
};
export const metricsKeys = { peers: values.listOf(peer) };

const labelsAllowed = "labels and their values, such as {kubernetes.io/arch: arm64}";
const tolerationsAllowed = "a list of objects with the keys key, operator, value, effect, as in a pod";
const gpuAllowed = "a whole number of NVIDIA's from 1, or numbers by resource, such as {amd.com/gpu: 1}";
const peersAllowed = "a list of objects with the keys namespace and podSelector";
const storageClassAllowed = "name of a StorageClass of the cluster";

const placementAllowed = (key: string) => ({
  [`${key}.nodeSelector`]: labelsAllowed,
  [`${key}.tolerations`]: tolerationsAllowed,
  [`${key}.priorityClass`]: "name of a PriorityClass of the cluster",
});
const extraAllowed = (key: string) => ({
  [`${key}.gpu`]: gpuAllowed,
  [`${key}.ephemeralStorage`]: values.sizeAllowed,
});

/** What is allowed for each of these keys, as the errors say it. */
export const kubernetesAllowed: Readonly<Record<string, string>> = {
  registry: "HOST/PATH of a registry that the cluster pulls from, such as registry.example.org/team",
  "image.username": "who logs in to the registry",
  "image.password": "the password or token of image.username, set with --secret",
  "image.pullSecret": "name of a Secret of the namespace, of type kubernetes.io/dockerconfigjson",
  "image.share": "true or false: whether the cluster sees this Docker engine's images, as Docker Desktop's does",
  "image.platform": "linux/amd64 or linux/arm64",
  ...placementAllowed("worker"),
  ...extraAllowed("worker"),
  ...placementAllowed("master"),
  ...extraAllowed("master"),
  "master.env": values.environmentAllowed,
  ...placementAllowed("job"),
  ...extraAllowed("job"),
  "job.storage": values.sizeAllowed,
  "job.storageClass": storageClassAllowed,
  "master.rollout": "auto or manual",
  pools: `a list of objects with the keys ${Object.keys(pool.shape).join(", ")}`,
  "pools.name": "a name of its own: up to 30 lower-case letters, digits and dashes",
  "pools.workers": values.countAllowed,
  "pools.queue": values.queueAllowed,
  "pools.cpus": values.coresAllowed,
  "pools.memory": values.memoryAllowed,
  "pools.env": values.environmentAllowed,
  "pools.dataReadOnly": values.flagAllowed,
  "pools.grace": values.graceAllowed,
  ...placementAllowed("pools"),
  ...extraAllowed("pools"),
  ...placementAllowed("redis"),
  "redis.cpus": values.coresAllowed,
  "redis.url":
    "redis://, or rediss:// for TLS, with [user][:password@]host[:port] and no database but 0, set with --secret",
  "redis.passwordVersion": "a whole number from 1",
  "redis.peers": peersAllowed,
  "redis.size": values.sizeAllowed,
  "redis.storageClass": storageClassAllowed,
  "metrics.peers": peersAllowed,
  kubernetes: values.objectAllowed(kubernetes),
  "kubernetes.kubeconfig": "the path of a file",
  "kubernetes.context": "name of a context of the kubeconfig",
  "kubernetes.namespace": "name of an existing namespace: lower-case letters, digits and dashes",
  "kubernetes.storageClass": storageClassAllowed,
  "kubernetes.elastic": "true or false: whether the cluster makes nodes on demand",
  egress: "all, none, or a list of networks such as 10.0.0.0/8",
  data: values.objectAllowed(data),
  "data.size": values.sizeAllowed,
  "data.shared": values.flagAllowed,
  "data.storageClass": storageClassAllowed,
  "data.onDestroy": "delete or keep",
  "data.s3": values.objectAllowed(s3),
  "data.s3.accessKeyId": "the id of an access key",
  "data.s3.secretAccessKey": "the secret of the access key, set with --secret",
  "data.s3.endpoint": "an http(s) address",
  "data.s3.region": "name of a region, such as eu-west-1",
};
