import * as assert from "node:assert/strict";
import { isReady } from "../../../components/kubernetes/diagnose";
import { eventually, seconds } from "../project";
import type { KubernetesProject } from "./project";

/** Whatever dies in the middle of a job, its results are right: `during` compares each of them. */
export function faults(project: KubernetesProject): void {
  const workers = (count: number) =>
    eventually("all workers are there", async () => (await ready(project, "worker")) === count || undefined, 90);

  it("keeps a job's results right when a worker's pod is killed without grace", async () => {
    const [victim = ""] = await project.podNames("worker");
    const ran = await project.during(async () => {
      await seconds(2);
      await project.kubectl("delete", "pod", victim, "--grace-period=0", "--force");
      await workers(2);
    });
    assert.ok(
      ran.some(({ pod }) => pod === victim),
      "it had worked",
    );
  });

  it("keeps them right when a worker's pod is deleted, which finishes its task first", async () => {
    const [victim = ""] = await project.podNames("worker");
    const remove = async () => {
      await seconds(3);
      await project.kubectl("delete", "pod", victim, "--wait=false");
    };
    const ran = await project.during(remove, { iterations: 6, seconds: 8, once: true });
    const first = Math.min(...ran.map(({ began }) => began));
    const last = ran.filter(({ pod, began }) => pod === victim && began < first + 5);
    assert.equal(last.length, 1, `its task was not begun again elsewhere: ${JSON.stringify(ran)}`);
    await workers(2);
  });

  it("keeps them right when Redis' pod is killed: the queue is on its claim", async () => {
    await project.during(async () => {
      await seconds(3);
      await project.kubectl("delete", "pod", "redis-0", "--grace-period=0", "--force");
      await eventually("another Redis runs", async () => (await ready(project, "redis")) === 1 || undefined, 90);
      await seconds(2);
    });
  });

  // The kernel of a node kills R alone or its whole container, as control groups are set up there.
  const greedy = {
    "takes all memory": "hog <- list(); repeat hog[[length(hog) + 1]] <- runif(5e6)",
    "takes its worker's container along": "system('kill -9 -1'); Sys.sleep(60)",
  };
  for (const [what, body] of Object.entries(greedy)) {
    it(`fails a task that ${what}, with that reason, and no other`, async () => {
      const output = await project.r(
        `x <- foreach(i = 1:20, .errorhandling = "pass", .options.rcluster = list(chunk = 1)) %dopar% {
           if (i == 7) { ${body} }
           i
         }
         stopifnot(identical(x[-7], as.list((1:20)[-7])))
         cat(conditionMessage(x[[7]]))`,
      );
      assert.match(output, /memory/);
      assert.equal(await project.r("cat(sum(unlist(foreach(i = 1:10) %dopar% i)))"), "55");
    });
  }
}

async function ready(project: KubernetesProject, component: string): Promise<number> {
  return (await project.pods(component)).filter(isReady).length;
}
