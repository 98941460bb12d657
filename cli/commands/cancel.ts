import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "cancel", "stop a job; its logs and files stay")
    .argument("<id>", "the job, or the beginning of its id")
    .option("--json", "print how it is now as JSON")
    .addHelpText("after", examples(["rcluster cancel analysis-k3x9", "the workers drop its tasks, and nobody else's"]))
    .action(async (id: string, { stack, json }: { stack?: string; json?: boolean }) => {
      const { openTarget } = await import("../target");
      const { endJob } = await import("../jobs/end");
      const { job, ended } = await endJob(await openTarget(stack), id);
      if (json) console.log(JSON.stringify(job));
      else console.log(ended ? `${job.id} is ${job.state}` : `${job.id} has ended already: ${job.state}`);
    });
}
