import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import type { V1PersistentVolumeList, V1Pod, V1PodList } from "@kubernetes/client-node";
import { command, eventually, Project, success } from "../project";
import { kubectl, read } from "./kubectl";
import { type Loops, loopCode, type Ran, results } from "./loops";
import { podSpec, type PodShape, TestPod } from "./testPod";

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

  protected place(): Record<string, string> {
    return { platform: "kubernetes", registry: registry() };
  }

  override async create(config: Readonly<Record<string, string>> = {}): Promise<void> {
    await super.create({ ...this.place(), workers: "2", ...this.smallPods(), ...config });
  }

  /** Settings with which many pods fit on any cluster. */
  smallPods(): Record<string, string> {
    return {
      "worker.cpus": "0.1",
      "worker.memory": "400Mi",
      "worker.grace": "45",
      "master.cpus": "0.1",
      "master.memory": "512Mi",
      "redis.cpus": "0.1",
      "redis.memory": "256Mi",
      "data.size": "1Gi",
      "job.cpus": "0.1",
      "job.memory": "400Mi",
      "job.storage": "1Gi",
    };
  }

  /** `kubectl ARGS` in the stack's namespace. */
  async kubectl(...args: string[]): Promise<string> {
    return kubectl("--namespace", this.namespace, ...args);
  }

  override async r(code: string): Promise<string> {
    return this.kubectl("exec", "rmaster-0", "--", "Rscript", "-e", code);
  }

  /**
   * Runs loops on the master, and does something to the cluster meanwhile. Their results are compared exactly.
   *
   * @returns what each iteration returned
   */
  async during(disturb: () => Promise<unknown>, loops: Loops = {}): Promise<Ran[]> {
    const stop = `/tmp/stop-${randomBytes(3).toString("hex")}`;
    const exec = (...args: string[]) => ["--namespace", this.namespace, "exec", "rmaster-0", "--", ...args];
    const job = { started: false, ended: false };
    const watch = { watchFor: "runs now", onSeen: () => (job.started = true) };
    const output = success("kubectl", exec("Rscript", "-e", loopCode(stop, loops)), watch);
    void output.catch(() => undefined).finally(() => (job.ended = true));
    await eventually("the job runs", () => Promise.resolve(job.started || job.ended || undefined), 60);
    try {
      await disturb();
      if (job.ended) throw new Error(`the job ended before it was disturbed: ${await output}`);
    } finally {
      await command("kubectl", exec("touch", stop));
      await output.catch(() => undefined);
    }
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

  /** An \`up\` changes nothing now, nor after a refresh, and no pod has been touched. */
  async settled(): Promise<void> {
    const before = await this.identities();
    for (const args of [[], ["--refresh"], []]) {
      const { output } = await this.up(args);
      assert.match(output, /Resources:\s+\d+ unchanged\s/);
    }
    assert.deepEqual(await this.identities(), before);
  }

  /** What tells whether the pods are the same and have never been restarted: `name uid restarts`. */
  async identities(): Promise<string[]> {
    const describe = ({ metadata, status }: V1Pod) =>
      `${metadata?.name} ${metadata?.uid} ${status?.containerStatuses?.map(({ restartCount }) => restartCount).join()}`;
    return (await this.pods()).map(describe).sort();
  }

  /** Starts a pod: by default one with the labels of any client of the cluster. */
  async startPod(args: string[], change: Partial<{ namespace: string; labels: Record<string, string> }> = {}) {
    const { namespace = this.namespace, labels = { "rcluster.client": this.stack } } = change;
    const name = `test-${randomBytes(3).toString("hex")}`;
    const master = await read<{ spec: { template: { spec: PodShape } } }>(
      ...["get", "statefulset", "rmaster", "--namespace", this.namespace],
    );
    const spec = podSpec(master.spec.template.spec, args, namespace !== this.namespace);
    const file = this.path(`${name}.json`);
    fs.writeFileSync(
      file,
      JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels }, spec }),
    );
    await kubectl("apply", "--filename", file);
    return new TestPod(name, namespace);
  }

  /** Runs a pod to its end and returns what it printed. */
  async runPod(...args: Parameters<KubernetesProject["startPod"]>): Promise<string> {
    return (await this.startPod(...args)).end();
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
