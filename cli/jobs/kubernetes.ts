import type { V1Job, V1Pod, V1PodTemplate, V1Secret } from "@kubernetes/client-node";
import { setTimeout as delay } from "node:timers/promises";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { jobsPath, type KubernetesJobs as Made } from "../../components/contracts";
import { Failure } from "../failure";
import type { Bundle } from "../script/bundle";
import { pack, send } from "../script/pack";
import type { Target } from "../target";
import { belonging } from "./command";
import type { Jobs, SubmitOptions } from "./index";
import { lives, type Job } from "./job";
import { Kubectl } from "./kubectl";
import { annotations, belongings, environmentSecret, jobLabel, jobManifest, readerManifest } from "./manifests";
import { jobOfKubernetes } from "./state";

/** The most that goes into a Secret: Kubernetes takes 1 MiB of an object, and writes it by a third longer. */
const mostInSecret = 700_000;

/** The most of a status that is kept, as Kubernetes itself keeps of what a pod says at its end. */
const mostOfStatus = 4096;

// tar ends with 1 where a file changed while it was read, as those of a running job do.
const packScript = 'tar -c -C "$1" output || [ $? = 1 ]';

/** Jobs as Kubernetes Jobs, made from the stack's PodTemplate. */
export class KubernetesJobs implements Jobs {
  private readonly kubectl: Kubectl;

  constructor(
    private readonly target: Target,
    private readonly made: Made,
  ) {
    const { cluster } = target;
    this.kubectl = new Kubectl(cluster.exec.slice(0, cluster.exec.indexOf("exec")));
  }

  async list(): Promise<Job[]> {
    const { metadata } = await this.template();
    const { items } = await this.kubectl.get<{ items: (V1Job | V1Pod)[] }>("jobs,pods", "--selector", jobLabel);
    const jobs = items.filter((item): item is V1Job => item.kind === "Job");
    const own = jobs.filter((job) => job.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid));
    const found = own.map((job) => {
      const pods = items.filter((item): item is V1Pod => item.kind === "Pod" && idOf(item) === idOf(job));
      return jobOfKubernetes(job, pods.at(-1));
    });
    return found.sort((one, other) => (one.created ?? "").localeCompare(other.created ?? ""));
  }

  async submit(id: string, files: Bundle, args: readonly string[], { signal, keep }: SubmitOptions): Promise<void> {
    const small = await pack(files, true);
    const packed = small.size <= mostInSecret;
    const template = await this.template();
    try {
      const wanted = { id, script: files.script, args, packed, keep };
      const job = await this.kubectl.create<V1Job>(jobManifest(wanted, template), signal);
      const variables = environmentSecret(template);
      const contents = {
        files: packed ? await small.file.readFile() : undefined,
        environment: variables === undefined ? undefined : await this.kubectl.get<V1Secret>("secret", variables),
      };
      for (const object of belongings(job, this.made.storage, contents)) await this.kubectl.create(object, signal);
      await this.kubectl.patchJob(id, { spec: { suspend: false } });
      if (!packed) await this.upload(id, files, signal);
    } catch (error) {
      const others = /already exists/i.test(String(error));
      if (!others) await this.kubectl.delete("job", id).catch(() => undefined);
      throw error;
    } finally {
      await small.file.close();
    }
  }

  async logs(job: Job, follow: boolean, to: Writable, signal: AbortSignal): Promise<void> {
    const output = (from: Readable) => pipeline(from, to, { end: false });
    const { now, pod } = follow ? await this.started(job.id, signal) : await this.look(job.id);
    if (now.state === "pending") return;
    if (pod) {
      await this.kubectl.logs(pod, follow && lives(now), { output, signal });
      // The end of its output is not yet known as its own.
      if (follow) await this.until(job.id, (state) => !lives(state), { signal, seconds: 10 });
    } else {
      await this.reading(now, signal, (reader) => this.print(reader, job.id, "log", { output, signal }));
    }
  }

  async output(job: Job, use: (tar: Readable) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { now, pod } = await this.look(job.id);
    const command = ["sh", "-c", packScript, "sh", `${jobsPath}/${job.id}`];
    const pack = (from: string) => this.kubectl.exec(from, command, { output: use, signal });
    await (pod && now.state === "running" ? pack(pod) : this.reading(now, signal, pack));
  }

  async fetched(job: Job): Promise<void> {
    await this.kubectl.patchJob(job.id, { metadata: { annotations: { [annotations.fetched]: "true" } } });
  }

  async cancel(job: Job): Promise<void> {
    await this.kubectl.patchJob(job.id, { metadata: { annotations: { [annotations.cancelled]: "true" } } });
    const { now, pod } = await this.look(job.id);
    if (now.state === "running" && pod) {
      await this.kubectl.exec(pod, ["sh", "-c", "kill -s TERM 1"]); // it keeps its log: a pod that is deleted does not
      if (lives((await this.until(job.id, (state) => !lives(state), { seconds: 25 })).now))
        await this.kubectl.delete("pod", pod);
    } else {
      await this.kubectl.patchJob(job.id, { spec: { suspend: true } }); // which takes its pod away
    }
  }

  async remove(job: Job): Promise<void> {
    await this.kubectl.delete("job", job.id);
  }

  private async look(id: string): Promise<{ now: Job; pod?: string }> {
    const selector = `${jobLabel}=${id}`;
    const { items } = await this.kubectl.get<{ items: (V1Job | V1Pod)[] }>("jobs,pods", "--selector", selector);
    const job = items.find((item): item is V1Job => item.kind === "Job");
    const pod = items.filter((item): item is V1Pod => item.kind === "Pod").at(-1);
    if (!job) throw new Failure(`the job ${id} is gone`);
    return { now: jobOfKubernetes(job, pod), pod: pod?.metadata?.name };
  }

  /** A job once it is no longer pending. */
  private async started(id: string, signal: AbortSignal): Promise<{ now: Job; pod?: string }> {
    return this.until(id, ({ state }) => state !== "pending", { signal });
  }

  /** A job once it is as wanted, or when that has not come within the time. */
  private async until(
    id: string,
    wanted: (job: Job) => boolean,
    { seconds = Infinity, signal }: { readonly seconds?: number; readonly signal?: AbortSignal },
  ): Promise<{ now: Job; pod?: string }> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const found = await this.look(id);
      if (wanted(found.now) || Date.now() > end) return found;
      await delay(500, undefined, { signal });
    }
  }

  private async upload(id: string, files: Bundle, signal: AbortSignal): Promise<void> {
    const { now, pod } = await this.started(id, signal);
    if (now.state !== "running" || !pod) throw new Failure(`${id} ended before its files arrived: ${now.reason}`);
    const archive = await pack(files, false);
    const input = async (to: Writable) => {
      await send(archive, to).catch(() => undefined);
      to.end();
    };
    const receive = ["rcluster-receive", `${jobsPath}/${id}`];
    await this.kubectl.exec(pod, receive, { input, signal }).finally(() => archive.file.close());
  }

  private async reading(job: Job, signal: AbortSignal, use: (pod: string) => Promise<unknown>): Promise<void> {
    const made = await this.kubectl.get<V1Job>("job", job.id);
    const reader = await this.kubectl.create<V1Pod>(readerManifest(made, await this.template()));
    const name = reader.metadata?.name ?? "";
    try {
      await this.kubectl.waitFor(name, signal);
      if (!lives(job) && !(annotations.status in (made.metadata?.annotations ?? {}))) {
        await this.keepStatus(name, job.id, signal);
      }
      await use(name);
    } finally {
      await this.kubectl.delete("pod", name);
    }
  }

  // The pod that told it may be gone, or go with its node.
  private async keepStatus(reader: string, id: string, signal: AbortSignal): Promise<void> {
    const status = await this.print(reader, id, "status", { signal });
    await this.kubectl.patchJob(id, {
      metadata: { annotations: { [annotations.status]: status.slice(-mostOfStatus) } },
    });
  }

  private async print(pod: string, id: string, file: string, options: Parameters<Kubectl["exec"]>[2]): Promise<string> {
    const command = ["sh", "-c", '[ ! -e "$1" ] || cat "$1"', "sh", `${jobsPath}/${id}/${file}`];
    return this.kubectl.exec(pod, command, options);
  }

  private async template(): Promise<V1PodTemplate> {
    const { template } = this.made;
    return belonging(template, this.target.stack, this.kubectl.get<V1PodTemplate>("podtemplate", template));
  }
}

function idOf({ metadata }: V1Job | V1Pod): string | undefined {
  return metadata?.labels?.[jobLabel];
}
