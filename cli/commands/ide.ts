import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "ide", "open JupyterLab or RStudio, on the master, in the browser")
    .option("--no-open", "show address and password, and open nothing")
    .option("--json", "show them as JSON, and open nothing")
    .addHelpText(
      "after",
      examples(["rcluster ide", "on Kubernetes until Ctrl-C"], ["rcluster ide --no-open", "for another browser"]) +
        "\n\nA cluster gets it by 'npm run pulumi -- config set ide jupyter' and 'rcluster up'.",
    )
    .action(async ({ stack, ...options }: { stack?: string; open: boolean; json?: boolean }) => {
      const { openTarget } = await import("../target");
      const { ide } = await import("../ide");
      await ide(await openTarget(stack), options);
    });
}
