import type { Command } from "commander";
import { examples, stackCommand } from "../options";
import type { StatusOptions } from "../status";

export function register(program: Command): void {
  stackCommand(program, "status", "tell what goes on: workers, tasks, loops, failures, cost, and what is in the way")
    .option("-q, --queue <name>", "queue to look at (default: the stack's own)")
    .option("-w, --watch", "again and again, until Ctrl-C")
    .option("--json", "as JSON, with --watch a line each time")
    .addHelpText(
      "after",
      examples(
        ["rcluster status", "in 80 columns"],
        ["rcluster status --watch", "redrawn every 2 seconds"],
        ["rcluster status --json | jq .waiting", "for scripts"],
      ),
    )
    .action(async (options: StatusOptions) => {
      const { openTarget } = await import("../target");
      const target = openTarget(options.stack); // Pulumi reads while the rest is loaded
      const loaded = Promise.all([import("../status"), import("../jobs/docker"), import("../status/containers")]);
      const [[{ status }]] = await Promise.all([loaded, target]);
      await status(await target, options);
    });
}
