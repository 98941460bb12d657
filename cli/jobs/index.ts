import type { Readable, Writable } from "node:stream";
import { exitCodes, Failure } from "../failure";
import type { Bundle } from "../script/bundle";
import type { Target } from "../target";
import type { Job } from "./job";

/** A cluster's detached jobs, wherever it is. */
export interface Jobs {
  /** All of them, the oldest first. */
  list(): Promise<Job[]>;
  /** Starts one; it needs this process no more once this is done. Where that fails or is aborted, nothing is left. */
  submit(id: string, files: Bundle, args: readonly string[], options: SubmitOptions): Promise<void>;
  /** Writes what it has printed; with `follow` what it prints until it ends as well. */
  logs(job: Job, follow: boolean, to: Writable, signal: AbortSignal): Promise<void>;
  /** A tar of what it left. */
  output(job: Job, use: (tar: Readable) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Notes that its output has been fetched. */
  fetched(job: Job): Promise<void>;
  /** Interrupts it, kills it if it does not end by itself, and returns once it has ended. */
  cancel(job: Job): Promise<void>;
  /** Removes it and its files. */
  remove(job: Job): Promise<void>;
}

export interface SubmitOptions {
  readonly signal: AbortSignal;
  /** Seconds after its end for which it is kept. Default: until it is removed. */
  readonly keep?: number;
}

/** The jobs of a cluster. */
export async function openJobs(target: Target): Promise<Jobs> {
  const { jobs } = target.cluster;
  if ("anchor" in jobs) return new (await import("./docker")).DockerJobs(target, jobs);
  return new (await import("./kubernetes")).KubernetesJobs(target, jobs);
}

/** All jobs of a cluster, the oldest first. */
export async function listJobs(target: Target): Promise<Job[]> {
  return (await openJobs(target)).list();
}

/**
 * A job by its id, or by the beginning of it that no other one has.
 *
 * @throws Failure with exit code 4 if there is none
 */
export async function findJob(jobs: Jobs, id: string): Promise<Job> {
  const all = await jobs.list();
  const exact = all.find((job) => job.id === id);
  const begin = all.filter((job) => job.id.startsWith(id));
  const found = exact ?? (begin.length === 1 ? begin[0] : undefined);
  if (found) return found;
  const known = (begin.length > 0 ? begin : all).map((job) => job.id).slice(-8);
  const which = begin.length > 0 ? `${id} stands for ${known.join(", ")}: say more of it` : `there is no job ${id}`;
  const hint = begin.length > 0 ? "" : known.length > 0 ? `; there are ${known.join(", ")}` : ": there are none";
  throw new Failure(which + hint, exitCodes.missing);
}
