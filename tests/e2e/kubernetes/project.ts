import { randomBytes } from "node:crypto";
import type { V1PersistentVolumeList, V1Pod, V1PodList } from "@kubernetes/client-node";
import { command, eventually, Project, success } from "../project";

export const kubectl = async (...args: string[]) => (await success("kubectl", args)).trim();

const read = async <T>(...args: string[]) => JSON.parse(await kubectl(...args, "--output", "json")) as T;

/** The registry to push to, from which the cluster pulls as well. */
export function registry(): string {
  const place = process.env.RCLUSTER_TEST_REGISTRY;
  if (place) return place;
  throw new Error(
    "set RCLUSTER_TEST_REGISTRY to HOST/PATH of a registry that takes pushes and that the cluster pulls from",
  );
}

/** A project whose stack runs on the cluster that kubectl reaches. */
export class KubernetesProject extends Project {
  readonly namespace = `rcluster-${this.stack}`;

  override get imageName(): string {
    return `${registry()}/rcluster:${this.stack}`;
  }

  /** Small pods, so that many fit on any cluster. */
  override async create(config: Readonly<Record<string, string>> = {}): Promise<void> {
    await super.create({
      platform: "kubernetes",
      registry: registry(),
      workers: "2",
      "worker.cpus": "0.1",
      "worker.memory": "400Mi",
      "master.cpus": "0.1",
      "master.memory": "512Mi",
      "redis.cpus": "0.1",
      "redis.memory": "256Mi",
      "data.size": "1Gi",
      ...config,
    });
  }

  /** `kubectl ARGS` in the stack's namespace. */
  async kubectl(...args: string[]): Promise<string> {
    return kubectl("--namespace", this.namespace, ...args);
  }

  override async r(code: string): Promise<string> {
    return this.kubectl("exec", "rmaster-0", "--", "Rscript", "-e", code);
  }

  /**
   * Runs a loop of `tasks` iterations of half a second on the master, and does something to the cluster once it runs.
   *
   * @returns what each iteration returned: the pod that it ran on and when it began, in seconds
   */
  async during(tasks: number, disturb: () => Promise<unknown>, taskSeconds = 0.5): Promise<Ran[]> {
    const job = { started: false, ended: false };
    const args = ["--namespace", this.namespace, "exec", "rmaster-0", "--", "Rscript", "-e", loop(tasks, taskSeconds)];
    const output = success("kubectl", args, { watchFor: "runs now", onSeen: () => (job.started = true) });
    void output.finally(() => (job.ended = true)).catch(() => undefined);
    await eventually("the job runs", () => Promise.resolve(job.started || job.ended || undefined), 60);
    try {
      await disturb();
    } catch (error) {
      await output.catch(() => undefined);
      throw error;
    }
    if (job.ended) throw new Error(`the job failed, or ended before it was disturbed: ${await output}`);
    return results(await output);
  }

  /** The pods of a component (redis, worker, master) that are not on their way out. */
  async pods(component?: string): Promise<V1Pod[]> {
    const more = component ? `,app.kubernetes.io/component=${component}` : "";
    const selector = `app.kubernetes.io/instance=${this.stack}${more}`;
    const list = await read<V1PodList>("get", "pods", "--namespace", this.namespace, "--selector", selector);
    return list.items.filter(({ metadata }) => !metadata?.deletionTimestamp);
  }

  /** Names of the pods of a component. */
  async podNames(component: string): Promise<string[]> {
    return (await this.pods(component)).map(({ metadata }) => metadata?.name ?? "").sort();
  }

  /** What tells whether the pods are the same and have never been restarted: `name uid restarts`. */
  async identities(): Promise<string[]> {
    const describe = ({ metadata, status }: V1Pod) =>
      `${metadata?.name} ${metadata?.uid} ${status?.containerStatuses?.map(({ restartCount }) => restartCount).join()}`;
    return (await this.pods()).map(describe).sort();
  }

  /** Runs a pod to its end and returns what it printed: by default one with the labels of any client of the cluster. */
  async runPod(
    args: string[],
    change: Partial<{ namespace: string; labels: Record<string, string> }> = {},
  ): Promise<string> {
    const { namespace = this.namespace, labels = { "rcluster.client": this.stack } } = change;
    const name = `test-${randomBytes(3).toString("hex")}`;
    const set = await read<{ spec: { template: { spec: PodShape } } }>(
      ...["get", "statefulset", "rmaster", "--namespace", this.namespace],
    );
    const spec = podSpec(set.spec.template.spec, args, namespace !== this.namespace);
    const manifest = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels }, spec };
    await success("sh", ["-c", `echo "$1" | kubectl apply --filename -`, "sh", JSON.stringify(manifest)]);
    const phase = await eventually(
      `the pod ${name} ends`,
      async () => {
        const { status } = await read<V1Pod>("get", "pod", name, "--namespace", namespace);
        return ["Succeeded", "Failed"].find((end) => end === status?.phase);
      },
      180,
    );
    const output = await kubectl("logs", name, "--namespace", namespace);
    if (phase === "Failed") throw new Error(`the pod ${name} failed:\n${output}`);
    await kubectl("delete", "pod", name, "--namespace", namespace, "--grace-period=0", "--force");
    return output;
  }

  /** The namespace and the volumes of its claims, as far as they are still there. */
  override async leftovers(): Promise<string[]> {
    const namespaces = await kubectl("get", "namespace", this.namespace, "--ignore-not-found", "--output", "name");
    const volumes = await read<V1PersistentVolumeList>("get", "persistentvolumes");
    const own = volumes.items.filter(({ spec }) => spec?.claimRef?.namespace === this.namespace);
    return [...namespaces.split("\n").filter(Boolean), ...own.map(({ metadata }) => `volume ${metadata?.name}`)];
  }

  override async remove(): Promise<void> {
    await super.remove();
    await command("kubectl", ["delete", "namespace", this.namespace, "--ignore-not-found", "--wait=false"]);
  }
}

export interface Ran {
  readonly iteration: number;
  readonly pod: string;
  readonly began: number;
}

/** R code of a loop that says when its iterations run and stops unless each of its results is there once, in order. */
export function loop(tasks: number, taskSeconds: number): string {
  return `invisible(foreach(i = 1) %dopar% i)
    cat("runs now\\n")
    x <- foreach(i = seq_len(${tasks}), .combine = rbind, .options.rcluster = list(chunk = 1)) %dopar% {
      began <- as.numeric(Sys.time())
      Sys.sleep(${taskSeconds})
      data.frame(i, pod = Sys.info()[["nodename"]], began)
    }
    stopifnot(identical(as.integer(x$i), seq_len(${tasks})))
    cat(sprintf("%d %s %.1f\\n", as.integer(x$i), x$pod, x$began), sep = "")`;
}

/** What `loop` has printed. */
export function results(output: string): Ran[] {
  const lines = output
    .trim()
    .split("\n")
    .filter((line) => line !== "runs now");
  return lines.map((line) => {
    const [iteration, pod = "", began] = line.split(" ");
    return { iteration: Number(iteration), pod, began: Number(began) };
  });
}

interface PodShape {
  readonly volumes: readonly { readonly name: string; readonly emptyDir?: object; readonly secret?: object }[];
  readonly containers: readonly { readonly volumeMounts: readonly { readonly name: string }[] }[];
}

// The master's, hardened as it is, without its data; in another namespace without its Secrets.
function podSpec(master: PodShape, args: string[], elsewhere: boolean) {
  const volumes = master.volumes.filter(({ emptyDir, secret }) => emptyDir ?? (secret && !elsewhere));
  const containers = master.containers.map((container) => ({
    ...container,
    args,
    readinessProbe: undefined,
    volumeMounts: container.volumeMounts.filter((mount) => volumes.some(({ name }) => name === mount.name)),
  }));
  return { ...master, volumes, containers, restartPolicy: "Never" };
}
