import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { kubectl } from "./kubectl";
import type { KubernetesProject } from "./project";

/**
 * Shell code that prints whether a Service can be reached: `open` or `closed`. Rules for a new pod may need a moment to
 * come into force.
 */
export function connection(service: string, port: number, tries: number): string {
  return `host=${service}.svc.cluster.local
    getent hosts $host >/dev/null || echo "no such name"
    for try in $(seq ${tries}); do
      if timeout 2 bash -c "exec 3<>/dev/tcp/$host/${port}" 2>/dev/null; then echo open; exit; fi
      sleep 1
    done
    echo closed`;
}

/** Who can connect to Redis, and who cannot. */
export function network(project: KubernetesProject): void {
  const connect = (tries: number) => connection(`redis.${project.namespace}`, 6379, tries);
  const probe = (...change: Parameters<KubernetesProject["runPod"]>[1][]) =>
    project.runPod(["bash", "-c", connect(5)], change[0]);

  it("lets a worker reach Redis", async () => {
    const [worker = ""] = await project.podNames("worker");
    assert.equal(await project.kubectl("exec", worker, "--", "bash", "-c", connect(1)), "open");
  });

  it("lets a pod with the client label reach Redis", async () => {
    assert.equal(await probe(), "open");
  });

  it("keeps Redis from an unlabelled pod of the namespace", async () => {
    assert.equal(await probe({ labels: {} }), "closed");
  });

  it("keeps Redis from a pod of another namespace, whatever its labels", async () => {
    const namespace = `${project.namespace}-${randomBytes(2).toString("hex")}`;
    await kubectl("create", "namespace", namespace);
    try {
      assert.equal(await probe({ namespace, labels: { "rcluster.client": project.stack } }), "closed");
    } finally {
      await kubectl("delete", "namespace", namespace, "--wait=false");
    }
  });

  it("keeps workers and master from everybody", async () => {
    const [worker] = await project.pods("worker");
    const refused = `exec 3<>/dev/tcp/${worker?.status?.podIP}/9`;
    const script = `timeout 3 bash -c '${refused}' 2>&1 | grep -q refused && echo answers || echo silent`;
    assert.equal(await project.runPod(["bash", "-c", script]), "silent");
  });
}
