import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "rm", "remove jobs, with their logs and files")
    .argument("<ids...>", "the jobs, or the beginnings of their ids")
    .option("-f, --force", "those that run, too")
    .addHelpText("after", examples(["rcluster rm analysis-k3x9", "after 'rcluster result', say"]))
    .action(async (ids: string[], { stack, force = false }: { stack?: string; force?: boolean }) => {
      const { openTarget } = await import("../target");
      const { removeJobs } = await import("../jobs/end");
      await removeJobs(await openTarget(stack), ids, force);
    });
}
