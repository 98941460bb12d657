import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { examined } from "./examined";
import { dashboard, missing, queueValues, samples, wantedSeries } from "../metrics/dashboard";
import { buildExporter } from "../metrics/image";
import { compareWhileRunning } from "../metrics/truth";
import { kubectl, read } from "./kubernetes/kubectl";
import { connection } from "./kubernetes/network";
import { KubernetesProject, registry } from "./kubernetes/project";
import { docker, eventually } from "./project";

describe("metrics on Kubernetes", () => {
  const project = new KubernetesProject();
  const monitoring = `${project.namespace}-monitoring`;
  let forward: ChildProcess | undefined;
  let url = "";

  before(async () => {
    const image = await buildExporter(`${registry()}/exporter:${project.stack}`);
    await docker("push", "--quiet", image);
    await kubectl("create", "namespace", monitoring);
    await project.create({
      "metrics.enabled": "true",
      "metrics.image": image,
      "metrics.peers[0].namespace": monitoring,
      "metrics.peers[0].podSelector.app": "prometheus",
    });
  });
  after(async () => {
    forward?.kill();
    await project.remove();
    await kubectl("delete", "namespace", monitoring, "--wait=false");
    await docker("image", "rm", `${registry()}/exporter:${project.stack}`);
  });

  const scrape = async () => (await fetch(url)).text();

  // Through a new port-forward, since the one before ends with its pod.
  const counted = async () => {
    forward?.kill();
    const args = ["--namespace", project.namespace, "port-forward", "service/metrics", ":9121"];
    const child = (forward = spawn("kubectl", args, { stdio: ["ignore", "pipe", "ignore"] }));
    url = await new Promise<string>((resolve, reject) => {
      child.once("exit", () => reject(new Error("the port-forward has ended")));
      child.stdout.once("data", (text: Buffer) => {
        resolve(`http://127.0.0.1:${/127\.0\.0\.1:(\d+)/.exec(text.toString())?.[1]}/metrics`);
      });
    });
    const workers = async () => queueValues(samples(await scrape())).workers;
    await eventually("two workers are counted", async () => (await workers()) === 2 || undefined);
  };

  it("come up with the cluster, hardened, and are counted at a port-forward", async () => {
    await project.up();
    assert.equal(
      JSON.parse(await project.output("metricsUrl")),
      `http://metrics.${project.namespace}.svc:9121/metrics`,
    );
    await counted();
  });

  it("tell what cluster_json() tells, while a loop runs and after it", () =>
    compareWhileRunning((code) => project.r(code), scrape));

  it("give all that the dashboard asks for", async () => {
    assert.deepEqual(missing(wantedSeries(dashboard()), samples(await scrape())), []);
  });

  it("are named to Prometheus by the Service's annotations, and open to the named peers alone", async () => {
    const { metadata } = await read<{ metadata: { annotations: Record<string, string> } }>(
      ...["get", "service", "metrics", "--namespace", project.namespace],
    );
    assert.equal(metadata.annotations["prometheus.io/port"], "9121");
    const probe = (tries: number) => ["bash", "-c", connection(`metrics.${project.namespace}`, 9121, tries)];
    const peer = { namespace: monitoring, labels: { app: "prometheus" } };
    const [open, labelled, own] = await Promise.all([
      project.runPod(probe(5), peer),
      project.runPod(probe(3), { ...peer, labels: {} }),
      project.runPod(probe(3)),
    ]);
    assert.deepEqual([open.trim(), labelled.trim(), own.trim()], ["open", "closed", "closed"]);
  });

  it("change nothing on a second up, and go on with another password", async () => {
    await project.settled();
    await project.set({ "redis.passwordVersion": "2" });
    const [before] = await project.podNames("metrics");
    await project.up();
    await eventually("the exporter has started anew", async () => {
      const now = await project.podNames("metrics");
      return (now.length === 1 && now[0] !== before) || undefined;
    });
    await counted();
  });

  it("leave rcluster doctor content with the cluster, until a pool of workers is gone", async () => {
    const { wrong, said } = await examined(project);
    assert.deepEqual(wrong, []);
    assert.match(said("Kubernetes")[0]?.what ?? "", /^v1\.\d+\.\d+, context /);
    const what = ["Cluster", "Image", "Workers"].map((check) => said(check)[0]?.what);
    const all = ["all pods of 4 workloads are ready", "the same on master and workers", "2 of 2 workers are alive"];
    assert.deepEqual(what, all);
    assert.match(said("Registry")[0]?.what ?? "", /answers/);

    const [pool = ""] = (await project.cluster()).names.workers;
    await project.kubectl("delete", "deployment", pool, "--wait");
    const gone = await eventually("the workers are missed", async () => {
      const seen = await examined(project);
      return seen.said("Workers")[0]?.verdict === "wrong" ? seen.wrong : undefined;
    });
    assert.deepEqual(
      gone.map(({ check, what: trouble }) => `${check}: ${trouble}`),
      [`Cluster: ${pool} is gone`, "Workers: 0 of 2 workers are alive"],
    );
  });

  it("leave nothing behind", async () => {
    await project.destroy();
    await eventually("all is gone", async () => (await project.leftovers()).length === 0 || undefined, 60);
  });
});
