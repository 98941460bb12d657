import * as fs from "node:fs/promises";
import * as path from "node:path";
import { exitCodes, Failure } from "../failure";
import { interruptible } from "../interrupt";
import { progress } from "../terminal";
import { unpack } from "../unpack";
import type { Jobs } from "./index";
import { lives, type Job } from "./job";

/**
 * Fetches what a job left into a folder, which appears once all has arrived; files that are there already stay unless
 * the job has some of the same name.
 *
 * @param partial whether to take what a job has left that runs or has failed
 * @returns the files' paths
 * @throws Failure if the job is not done, or has left nothing
 */
export async function fetchResult(jobs: Jobs, job: Job, folder: string, partial = false): Promise<string[]> {
  if (job.state !== "done" && !partial) throw notDone(job);
  await fs.mkdir(path.dirname(path.resolve(folder)), { recursive: true });
  const aside = await fs.mkdtemp(path.join(path.dirname(path.resolve(folder)), ".rcluster."));
  try {
    const links: string[] = [];
    const leftOut = (link: string, target: string) => links.push(`${link} is left out, a link to ${target}`);
    await interruptible((signal) =>
      progress(`fetching ${job.id}`, () =>
        jobs.output(job, (tar) => unpack(tar, aside, { strip: 1, signal, leftOut }), signal),
      ),
    );
    for (const link of links) console.error(`rcluster: ${link}`);
    const found = await fs.readdir(aside, { recursive: true, withFileTypes: true });
    const files = found.filter((each) => !each.isDirectory());
    if (files.length === 0) throw new Failure(`${job.id} has left no files yet`, exitCodes.missing);
    await fs.cp(aside, folder, { recursive: true, verbatimSymlinks: true });
    if (job.state === "done") await jobs.fetched(job);
    return files.map(({ parentPath, name }) => path.join(folder, path.relative(aside, parentPath), name)).sort();
  } finally {
    await fs.rm(aside, { recursive: true, force: true });
  }
}

function notDone(job: Job): Failure {
  const { id, state, reason } = job;
  const partial = "--partial fetches what it has left";
  if (lives(job)) return new Failure(`${id} is still ${state}: ${partial}`);
  const how = state === "failed" ? `failed${reason ? `: ${reason}` : ""}` : "was cancelled";
  const hint = how.includes("rcluster logs") ? "" : `'rcluster logs ${id}' tells more, `;
  return new Failure(`${id} ${how}; ${hint}${partial}`);
}
