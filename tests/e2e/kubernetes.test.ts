import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { faults } from "./kubernetes/faults";
import { network } from "./kubernetes/network";
import { KubernetesProject } from "./kubernetes/project";
import { updates } from "./kubernetes/updates";
import { command, eventually, seconds, success } from "./project";

// One cluster goes through what a user does with it and what befalls it, in this order.
describe("a cluster on Kubernetes", () => {
  const project = new KubernetesProject();
  before(() => project.create());
  after(() => project.remove());

  it("comes up with Redis, two workers and a master", async () => {
    await project.up();
    assert.deepEqual(await project.podNames("redis"), ["redis-0"]);
    assert.deepEqual(await project.podNames("master"), ["rmaster-0"]);
    assert.equal((await project.pods("worker")).length, 2);
    const { platform, image } = await project.cluster();
    assert.equal(platform, "kubernetes");
    assert.match(image, /@sha256:[0-9a-f]{64}$/);
  });

  it("runs the example's hundred tasks by the command in its outputs", async () => {
    const { commands } = await project.cluster();
    const example = fs.readFileSync(project.path("examples/first.R"), "utf8");
    const output = await success("sh", ["-c", `${commands.rscript} -e "$1"`, "sh", example]);
    assert.match(output, /^100 tasks done/);
    for (const worker of await project.podNames("worker")) assert.match(output, new RegExp(worker));
  });

  it("greets an interactive R and runs foreach in it", async () => {
    const session = "printf 'foreach(i=1:4, .combine=sum) %%dopar%% i\\n' | ";
    const exec = `kubectl --namespace ${project.namespace} exec --stdin rmaster-0 -- R --interactive --no-save`;
    const { output } = await command("sh", ["-c", session + exec]);
    assert.match(output, /2 workers/);
    assert.match(output, /\[1\] 10/);
  });

  it("changes nothing on a second up, nor after a refresh", () => project.settled());

  it("scales 2 -> 6 with a job running, which the new workers join", async () => {
    const ran = await project.during(async () => {
      await project.set({ workers: "6" });
      await project.up();
      await seconds(2);
    });
    assert.equal((await project.pods("worker")).length, 6);
    assert.equal(new Set(ran.map(({ pod }) => pod)).size, 6);
  });

  it("scales 6 -> 1 with a job running: each task that runs is finished where it began", async () => {
    const scale = async () => {
      await seconds(3);
      await project.set({ workers: "1" });
      await project.up();
    };
    const ran = await project.during(scale, { iterations: 6, seconds: 30, once: true });
    assert.equal((await project.pods("worker")).length, 1);
    assert.equal(new Set(ran.map(({ pod }) => pod)).size, 6);
    const begins = ran.map(({ began }) => began);
    assert.ok(Math.max(...begins) - Math.min(...begins) < 10, `none began again: ${begins.join(" ")}`);
    await project.set({ workers: "2" });
    await project.up();
  });

  faults(project);
  updates(project);
  network(project);

  it("keeps the password out of state, output, pods and logs", async () => {
    const { password } = new URL(JSON.parse(await project.output("redisUrl")) as string);
    assert.ok(password.length >= 32);
    const { code, output } = await project.pulumi(["stack", "export"]);
    assert.equal(code, 0);
    assert.ok(!output.includes(password));
    assert.ok(
      !(await project.kubectl("get", "pods,deployments,statefulsets,configmaps", "--output", "yaml")).includes(
        password,
      ),
    );
    for (const pod of await project.pods()) {
      const logs = await project.kubectl("logs", pod.metadata?.name ?? "", "--all-containers");
      assert.ok(!logs.includes(password), pod.metadata?.name);
    }
  });

  it("keeps the data after destroy where asked to, and finds it again", async () => {
    await project.r("writeLines('precious', '/data/result.txt')");
    await project.set({ "data.onDestroy": "keep" });
    await project.up();
    await project.destroy();
    assert.match(
      await project.kubectl("get", "persistentvolumeclaims", "--output", "name"),
      /^persistentvolumeclaim\S+$/,
    );
    const others = "all,secrets,networkpolicies,configmaps";
    const left = await project.kubectl("get", others, "--output", "name");
    assert.match(left, /^(configmap\/kube-root-ca.crt)?$/);

    await project.up();
    assert.equal(await project.r("cat(readLines('/data/result.txt'))"), "precious");
  });

  it("leaves no namespace, claim or volume after destroy", async () => {
    await project.set({ "data.onDestroy": "delete" });
    await project.up();
    await project.destroy();
    await eventually("all is gone", async () => (await project.leftovers()).length === 0 || undefined, 60);
  });
});
