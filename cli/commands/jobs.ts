import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "jobs", "list the jobs: what runs, what is done, what failed and why")
    .option("--json", "as JSON")
    .addHelpText("after", examples(["rcluster jobs", "the oldest first"]))
    .action(async ({ stack, json }: { stack?: string; json?: boolean }) => {
      const { openTarget } = await import("../target");
      const { listJobs } = await import("../jobs");
      const { jobTable } = await import("../jobs/table");
      const jobs = await listJobs(await openTarget(stack));
      console.log(json ? JSON.stringify(jobs, undefined, 2) : jobTable(jobs));
    });
}
