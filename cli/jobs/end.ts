import { Failure } from "../failure";
import type { Target } from "../target";
import { progress } from "../terminal";
import { findJob, openJobs } from "./index";
import { lives, type Job } from "./job";

/** Stops a job. Returns how it is now, and whether it was this that ended it. */
export async function endJob(target: Target, id: string): Promise<{ job: Job; ended: boolean }> {
  const jobs = await openJobs(target);
  const job = await findJob(jobs, id);
  if (!lives(job)) return { job, ended: false };
  await progress(`stopping ${job.id}`, () => jobs.cancel(job));
  return { job: await findJob(jobs, job.id), ended: true };
}

/**
 * Removes jobs with all that is theirs.
 *
 * @throws Failure if one runs and `force` is not given; then all are left alone
 */
export async function removeJobs(target: Target, ids: readonly string[], force: boolean): Promise<void> {
  const jobs = await openJobs(target);
  const found: Job[] = [];
  for (const id of ids) found.push(await findJob(jobs, id));
  const alive = found.find(lives);
  if (alive && !force)
    throw new Failure(`${alive.id} is ${alive.state}: 'rcluster cancel' stops it, --force removes it`);
  for (const job of found) {
    await progress(`removing ${job.id}`, async () => {
      if (lives(job)) await jobs.cancel(job);
      await jobs.remove(job);
    });
  }
}
