import type { Platform } from "../components/contracts";
import { confirm } from "./confirm";
import { listJobs } from "./jobs";
import { lives } from "./jobs/job";
import type { DeployOptions } from "./options";
import { openStack, operate } from "./automation";
import { platformOf, setting } from "./stack";
import { openTarget } from "./target";
import { progress } from "./terminal";

const workersKey = "rcluster:workers";

/**
 * Makes the stack's cluster, or changes it to what the config asks for. If that fails, the number of workers in the
 * config is what it was.
 */
export async function up({ stack: name, workers, refresh, yes }: DeployOptions): Promise<void> {
  const stack = await openStack(name);
  const before = await setting(stack.name, workersKey);
  const set = async (value: string | undefined) =>
    value === undefined ? stack.removeConfig(workersKey) : stack.setConfig(workersKey, { value });
  if (workers !== undefined) await set(workers);
  try {
    if ((await platformOf(stack.name)) === "eks" && !yes) {
      await operate((progress) => stack.preview({ ...progress, refresh }));
      await confirm("Make this? It costs what the preview says.", "--yes");
    }
    await operate((progress) => stack.up({ ...progress, refresh }));
  } catch (error) {
    if (workers !== undefined && workers !== before) await set(before);
    throw error;
  }
  const { cluster } = await openTarget(stack.name);
  const count = cluster.workers === 1 ? "1 worker" : `${cluster.workers} workers`;
  console.log(`\nStack ${stack.name} is up with ${count}. 'rcluster shell' opens an R on it, 'rcluster down' ends it.`);
}

/** Changes the number of workers of a cluster that is up. */
export async function scale(workers: string, { stack, yes }: DeployOptions): Promise<void> {
  const target = await openTarget(stack);
  await up({ stack: target.stack, workers, yes });
}

const gone: Readonly<Record<Platform, { readonly what: string; readonly stays: string }>> = {
  docker: {
    what: "containers, network and volumes",
    stays: "the image, the settings, /data where it is a folder of yours (master.dataDir)",
  },
  kubernetes: {
    what: "pods, secrets and volumes",
    stays: "the image in its registry, the settings, /data where data.onDestroy is keep",
  },
  eks: {
    what: "pods, volumes, nodes, the EKS cluster, its network and images",
    stays: "the settings; a key of its own for the 7 days that AWS keeps it",
  },
};

/** Whether the files in /data outlive the cluster: in a folder of the user's, or a claim that is to stay. */
async function keepsData(stack: string): Promise<boolean> {
  const [master = "", data = ""] = await Promise.all(
    ["master", "data"].map((key) => setting(stack, `rcluster:${key}`)),
  );
  return master.includes('"dataDir"') || /"onDestroy":\s*"keep"/.test(data);
}

/** Jobs that run, or whose results are on the cluster only. */
async function jobsAtStake(stack: string): Promise<string[]> {
  try {
    const jobs = await progress("looking for jobs", async () => listJobs(await openTarget(stack)));
    return jobs.flatMap((job) => {
      if (lives(job)) return [`job ${job.id}, which is ${job.state}`];
      return job.state === "done" && !job.fetched ? [`the result of job ${job.id}`] : [];
    });
  } catch {
    return []; // what does not answer has to go all the same
  }
}

/** Ends the stack's cluster, and all that it costs. */
export async function down({ stack: name, yes }: DeployOptions): Promise<void> {
  const stack = await openStack(name);
  const lost = [...(await jobsAtStake(stack.name)), ...((await keepsData(stack.name)) ? [] : ["the files in /data"])];
  const loss = lost.length > 0 ? ` With it go ${lost.join(", ")}.` : "";
  if (!yes) await confirm(`End the cluster of stack ${stack.name}?${loss}`, "--yes");
  else if (loss) console.error(`rcluster:${loss}`);
  const { what, stays } = gone[await platformOf(stack.name)];
  await operate((progress) => stack.destroy(progress));
  console.log(`\nThe cluster of stack ${stack.name} is gone: ${what}.`);
  console.log(`What stays: ${stays}. 'rcluster up --stack ${stack.name}' makes it again.`);
}
