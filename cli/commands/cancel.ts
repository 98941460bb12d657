import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "cancel", "stop a job; its logs and files stay")
    .argument("<id>", "the job, or the beginning of its id")
    .addHelpText("after", examples(["rcluster cancel analysis-k3x9", "the workers drop its tasks, and nobody else's"]))
    .action(async (id: string, { stack }: { stack?: string }) => {
      const { openTarget } = await import("../target");
      const { endJob } = await import("../jobs/end");
      console.log(await endJob(await openTarget(stack), id));
    });
}
