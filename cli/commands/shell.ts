import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "shell", "open an R on the master, whose foreach runs on the workers")
    .addHelpText("after", examples(["rcluster shell", "then: foreach(i = 1:100) %dopar% runif(1)"]))
    .action(async ({ stack }: { stack?: string }) => {
      const { openTarget } = await import("../target");
      const { ended, ensureMaster, onMaster } = await import("../master");
      const target = await openTarget(stack);
      await ensureMaster(target);
      process.on("SIGINT", () => undefined); // R's, to interrupt what it computes
      const terminal = process.stdin.isTTY;
      process.exitCode = await ended(onMaster(target, terminal ? ["R"] : ["R", "--no-save"], { terminal }));
    });
}
