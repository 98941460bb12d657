import type { Command } from "commander";
import { examples, stackCommand } from "../options";

interface Options {
  readonly stack?: string;
  readonly to?: string;
  readonly partial?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  stackCommand(program, "result", "fetch what a job left: its files, and its last value as result.rds")
    .argument("<id>", "the job, or the beginning of its id")
    .option("--to <folder>", "where to (default: a folder named as the job)")
    .option("--partial", "of a job that runs or has failed too: what there is")
    .option("--json", "print the paths as JSON")
    .addHelpText(
      "after",
      examples(["rcluster result analysis-k3x9", "then, in R: readRDS('analysis-k3x9/result.rds')"]),
    )
    .action(async (id: string, { stack, to, partial, json }: Options) => {
      const { openTarget } = await import("../target");
      const { findJob, openJobs } = await import("../jobs");
      const { fetchResult } = await import("../jobs/result");
      const jobs = await openJobs(await openTarget(stack));
      const job = await findJob(jobs, id);
      const folder = to ?? job.id;
      const files = await fetchResult(jobs, job, folder, partial);
      console.log(json ? JSON.stringify(files) : files.join("\n"));
    });
}
