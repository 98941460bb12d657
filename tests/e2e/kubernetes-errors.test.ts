import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import type { V1StorageClassList } from "@kubernetes/client-node";
import { kubectl } from "./kubernetes/kubectl";
import { KubernetesProject } from "./kubernetes/project";

describe("what goes wrong on Kubernetes", () => {
  const project = new KubernetesProject();
  before(() => project.create());
  after(() => project.remove());
  afterEach(async () => {
    assert.deepEqual(await project.leftovers(), [], "something was made");
  });

  async function oneLine(config: Record<string, string>, message: RegExp): Promise<void> {
    const lines = await project.problem(config);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", message);
  }

  const cases: [Record<string, string>, RegExp][] = [
    [{ "kubernetes.kubeconfig": "no/such" }, /^error: config kubernetes\.kubeconfig: "no\/such" is not allowed/],
    [{ "kubernetes.context": "moon" }, /^error: config kubernetes\.context: "moon" is not allowed; allowed: \S/],
    [
      { "kubernetes.namespace": "no-such" },
      /^error: config kubernetes\.namespace: "no-such" is not allowed; allowed: an exi/,
    ],
    [{ "kubernetes.storageClass": "no-such" }, /^error: config \S+: "no-such" is not allowed; allowed: /],
    [{ "worker.cpus": "4096" }, /^error: config worker\.cpus: 4096 is not allowed; allowed: at most [\d.]+, the most/],
    [{ "worker.memory": "4096Gi" }, /^error: config worker\.memory: 4096Gi is not allowed; allowed: at most \d+[MG]i/],
    [{ "worker.gpu": "64" }, /^error: config worker\.gpu: 64 is not allowed; allowed: at most \d+, the most/],
    [
      { "worker.nodeSelector.moon": "yes" },
      /^error: config worker\.nodeSelector: no node has the labels moon=yes; .*kubernetes\.elastic$/,
    ],
  ];
  for (const [config, message] of cases) {
    it(`one line for ${Object.entries(config).flat().join(" = ")}`, () => oneLine(config, message));
  }

  it("one line for no registry", async () => {
    const { stdout } = await project.pulumi(["config", "get", "registry"]);
    await project.unset("registry");
    await oneLine({}, /^error: config registry: is not set; allowed: /);
    await project.set({ registry: stdout.trim() });
  });

  it("one line for a cluster that nobody answers for", async () => {
    const server = `https://127.0.0.1:${await freePort()}`;
    const config = await kubectl("config", "view", "--raw", "--minify", "--flatten", "--output", "json");
    const file = project.path("unreachable.json");
    fs.writeFileSync(file, config.replace(/"server": *"[^"]*"/, `"server": "${server}"`), { mode: 0o600 });
    const message = `^error: cluster ${server} \\(context \\S+\\) cannot be reached: connect ECONNREFUSED \\S+$`;
    await oneLine({ "kubernetes.kubeconfig": file }, new RegExp(message));
  });

  it("one line for names that are taken in a namespace to adopt", async () => {
    const namespace = `taken-${project.stack}`;
    await kubectl("create", "namespace", namespace);
    try {
      await kubectl("create", "service", "clusterip", "redis", "--tcp=6379", "--namespace", namespace);
      await oneLine({ "kubernetes.namespace": namespace }, /has a Service redis that is not of this stack/);
    } finally {
      await kubectl("delete", "namespace", namespace, "--wait=false");
    }
  });

  // The cluster has no default class for the few seconds that this takes.
  it("one line for no default StorageClass", async () => {
    const annotation = "storageclass.kubernetes.io/is-default-class";
    const { items } = JSON.parse(await kubectl("get", "storageclasses", "--output", "json")) as V1StorageClassList;
    const defaults = items.filter(({ metadata }) => metadata?.annotations?.[annotation] === "true");
    const mark = (value: string) =>
      Promise.all(
        defaults.map(({ metadata }) =>
          kubectl("annotate", "storageclass", metadata?.name ?? "", `${annotation}=${value}`, "--overwrite"),
        ),
      );
    await mark("false");
    try {
      await oneLine({}, /^error: config \S+: not set, and the cluster has no default StorageClass; allowed: /);
    } finally {
      await mark("true");
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
