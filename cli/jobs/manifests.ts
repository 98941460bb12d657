import type {
  V1Job,
  V1ObjectMeta,
  V1OwnerReference,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodSpec,
  V1PodTemplate,
  V1Secret,
  V1Volume,
} from "@kubernetes/client-node";
import { inputPath, jobsPath, type KubernetesJobs } from "../../components/contracts";

/** The label of all that is a job's: its id. */
export const jobLabel = "rcluster.job";

/** Annotations of a Job: what became of it. */
export const annotations = {
  script: "rcluster.script",
  cancelled: "rcluster.cancelled",
  fetched: "rcluster.fetched",
  /** Its status file, once it has been read from its claim: its pod may be gone. */
  status: "rcluster.status",
} as const;

/** A job to be made. */
export interface Wanted {
  readonly id: string;
  /** The script, relative to its folder, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  /** Whether its files are in a Secret; otherwise its pod waits for them. */
  readonly packed: boolean;
  /** Seconds after its end for which it is kept. Default: until it is removed. */
  readonly keep?: number;
}

const archive = "files.tar.gz";

/**
 * The Job, made from the stack's PodTemplate and owned by it. It is suspended until its claim and its Secret are there.
 * What runs once may not run twice: there are no retries.
 */
export function jobManifest({ id, script, args, packed, keep }: Wanted, from: V1PodTemplate): V1Job {
  const command = ["rcluster-job", `${jobsPath}/${id}`, script, ...args];
  const { containers, ...pod } = podSpec(from, id, command, packed);
  const ownEnvironment = environmentSecret(from) && { envFrom: [{ secretRef: { name: environmentName(id) } }] };
  const labels = { ...from.metadata?.labels, [jobLabel]: id };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: id,
      labels,
      annotations: { [annotations.script]: script },
      ownerReferences: [ownedBy("v1", "PodTemplate", from.metadata)],
    },
    spec: {
      suspend: true,
      backoffLimit: 0,
      ...(keep !== undefined && { ttlSecondsAfterFinished: keep }),
      template: {
        metadata: {
          labels: { ...from.template?.metadata?.labels, [jobLabel]: id },
          annotations: from.template?.metadata?.annotations,
        },
        spec: { ...pod, containers: containers.map((each) => ({ ...each, ...ownEnvironment })) },
      },
    },
  };
}

/** What a Job's Secrets hold. */
interface Contents {
  /** Its files, where they fit into one. */
  readonly files?: Buffer;
  /** The Secret of the stack with the environment variables for R, see {@link environmentSecret}. */
  readonly environment?: V1Secret;
}

/** What a Job owns: its claim, and Secrets with its files and its environment variables. */
export function belongings(
  job: V1Job,
  storage: KubernetesJobs["storage"],
  { files, environment }: Contents,
): (V1PersistentVolumeClaim | V1Secret)[] {
  const id = job.metadata?.name ?? "";
  const metadata: V1ObjectMeta = {
    name: id,
    labels: job.metadata?.labels,
    ownerReferences: [ownedBy("batch/v1", "Job", job.metadata)],
  };
  const claim: V1PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata,
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: storage.size } },
      ...(storage.storageClass !== undefined && { storageClassName: storage.storageClass }),
    },
  };
  const secret = (name: string, data: V1Secret["data"]): V1Secret => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...metadata, name },
    immutable: true,
    data,
  });
  return [
    claim,
    ...(files ? [secret(id, { [archive]: files.toString("base64") })] : []),
    ...(environment ? [secret(environmentName(id), environment.data)] : []),
  ];
}

/**
 * Name of the Secret with the environment variables for R in the stack's pods, if there is one. A job has a copy: the
 * stack's own goes when the variables change, and a job that has not started yet would wait for it for ever.
 */
export function environmentSecret(from: V1PodTemplate): string | undefined {
  const sources = from.template?.spec?.containers.flatMap(({ envFrom }) => envFrom ?? []);
  return sources?.find(({ secretRef }) => secretRef)?.secretRef?.name;
}

function environmentName(id: string): string {
  return `${id}-env`;
}

const readerSeconds = 6 * 3600; // should nobody remove it

/** A small pod that does nothing but hold a job's claim, so that it can be read. */
export function readerManifest(job: V1Job, from: V1PodTemplate): V1Pod {
  const id = job.metadata?.name ?? "";
  const spec = podSpec(from, id, ["sleep", String(readerSeconds)], false);
  const small = { cpu: "100m", memory: "64Mi" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: `${id}-reader-`,
      labels: from.template?.metadata?.labels,
      ownerReferences: [ownedBy("batch/v1", "Job", job.metadata)],
    },
    spec: {
      ...spec,
      containers: spec.containers.map((each) => ({ ...each, resources: { requests: small, limits: small } })),
      activeDeadlineSeconds: readerSeconds,
      terminationGracePeriodSeconds: 0,
    },
  };
}

function ownedBy(apiVersion: string, kind: string, { name = "", uid = "" }: V1ObjectMeta = {}): V1OwnerReference {
  return { apiVersion, kind, name, uid };
}

// The template's, with the job's own claim and Secret in the place of what stands for them there.
function podSpec(from: V1PodTemplate, id: string, args: string[], packed: boolean): V1PodSpec {
  const spec = from.template?.spec;
  if (!spec) throw new Error(`the PodTemplate ${from.metadata?.name} is empty`);
  const volumes: Record<string, V1Volume> = {
    job: { name: "job", persistentVolumeClaim: { claimName: id } },
    ...(packed && { input: { name: "input", secret: { secretName: id, defaultMode: 0o440 } } }),
  };
  const input = packed ? [{ name: "RCLUSTER_INPUT", value: `${inputPath}/${archive}` }] : [];
  return {
    ...spec,
    volumes: spec.volumes?.map((volume) => volumes[volume.name] ?? volume),
    containers: spec.containers.map((each) => ({ ...each, args, env: [...(each.env ?? []), ...input] })),
  };
}
