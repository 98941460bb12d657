import { exitCodes, Failure } from "../failure";
import { interruptible } from "../interrupt";
import { bundle } from "../script/bundle";
import type { Target } from "../target";
import { progress } from "../terminal";
import { openJobs } from "./index";
import { jobId } from "./job";

/** Starts a script as a job of its own, and returns its id once the cluster needs this machine no more. */
export async function submit(
  target: Target,
  script: string,
  args: readonly string[],
  options: { readonly with?: readonly string[]; readonly keep?: number } = {},
): Promise<string> {
  const files = bundle(script, options.with);
  for (const note of files.notes) console.error(`rcluster: ${note}`);
  if (options.keep !== undefined && target.cluster.platform === "docker") {
    throw new Failure("--keep has no effect on Docker: 'rcluster rm' removes jobs there", exitCodes.usage);
  }
  const jobs = await openJobs(target);
  const taken = (await jobs.list()).map((job) => job.id);
  const id = jobId(files.script, taken);
  await interruptible((signal) =>
    progress(`submitting ${id}`, () => jobs.submit(id, files, args, { signal, keep: options.keep })),
  );
  return id;
}
