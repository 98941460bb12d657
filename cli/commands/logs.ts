import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "logs", "show what a job has printed")
    .argument("<id>", "the job, or the beginning of its id")
    .option("-f, --follow", "and what it prints from now on, until it ends")
    .addHelpText("after", examples(["rcluster logs -f analysis-k3x9", "Ctrl-C leaves; the job goes on"]))
    .action(async (id: string, { stack, follow = false }: { stack?: string; follow?: boolean }) => {
      const { openTarget } = await import("../target");
      const { findJob, openJobs } = await import("../jobs");
      const { interruptible } = await import("../interrupt");
      const jobs = await openJobs(await openTarget(stack));
      const job = await findJob(jobs, id);
      process.stdout.on("error", () => process.exit(0)); // `| head` has seen enough
      await interruptible((signal) => jobs.logs(job, follow, process.stdout, signal));
    });
}
