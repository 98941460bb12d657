import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import type { Job } from "../../cli/jobs/job";
import { isReady } from "../../components/kubernetes/diagnose";
import { jobs } from "./jobs";
import { kubectl } from "./kubernetes/kubectl";
import { KubernetesProject } from "./kubernetes/project";
import { eventually, good } from "./project";

// In a namespace that was there before, which does not take with it what a stack forgets.
describe("jobs on Kubernetes", () => {
  const project = new KubernetesProject();
  const remove = (pod: string) => project.kubectl("delete", "pod", pod, "--grace-period=0", "--force");
  before(async () => {
    await kubectl("create", "namespace", project.namespace);
    await project.create({ "kubernetes.namespace": project.namespace });
    await project.up();
  });
  after(() => project.remove());

  it("one that waits for room has the variables that it was made with, whatever `up` changes meanwhile", async () => {
    const rcluster = async (command: string, ...args: string[]) =>
      good(await project.rcluster([command, ...args, "--stack", project.stack])).stdout.trim();
    const memories = (
      await kubectl("get", "nodes", "--output", "jsonpath={.items[*].status.allocatable.memory}")
    ).split(" ");
    const most = Math.min(...memories.map((memory) => parseInt(memory) / 2 ** 20)); // of KiB
    await project.set({ "job.memory": `${Math.floor(0.6 * most)}Gi`, "master.env.COLOUR": "blue" });
    await project.up();
    fs.writeFileSync(project.path("fill.R"), "Sys.sleep(600)");
    fs.writeFileSync(project.path("colour.R"), 'cat("the colour is", Sys.getenv("COLOUR"))');
    const filling = await Promise.all(memories.map(() => rcluster("submit", "fill.R")));
    const all = async () => JSON.parse(await rcluster("jobs", "--json")) as Job[];
    const running = async () => (await all()).filter(({ state }) => state === "running").length;
    await eventually("each node is full", async () => ((await running()) === memories.length ? true : undefined), 90);
    const waiting = await rcluster("submit", "colour.R");
    await project.set({ "job.memory": "400Mi", "master.env.COLOUR": "red" });
    await project.up();
    assert.equal((await all()).find(({ id }) => id === waiting)?.state, "pending");
    for (const id of filling) await rcluster("cancel", id);
    assert.match(await rcluster("logs", "-f", waiting), /the colour is blue/);
    for (const id of [...filling, waiting]) await rcluster("rm", id);
  });

  jobs(project, {
    deleteMaster: () => remove("rmaster-0"),
    restartRedis: async () => {
      await remove("redis-0");
      const ready = async () => ((await project.pods("redis")).some(isReady) ? true : undefined);
      await eventually("another Redis runs", ready, 90);
    },
    killWorker: async () => remove((await project.podNames("worker"))[0] ?? ""),
    onMaster: (command) => project.kubectl("exec", "rmaster-0", "--", "sh", "-c", command),
    leftovers: async () => {
      const kinds = "jobs,pods,podtemplates,persistentvolumeclaims,secrets,deployments,statefulsets,networkpolicies";
      const selector = `app.kubernetes.io/instance=${project.stack}`;
      const names = await project.kubectl("get", kinds, "--selector", selector, "--output", "name");
      return names.split("\n").filter(Boolean);
    },
  });
});
