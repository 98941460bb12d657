import type { Command } from "commander";
import { examples, stackCommand, type DeployOptions } from "../options";

export function register(program: Command): void {
  stackCommand(program, "down", "end the cluster, and all that it costs")
    .argument("[stack]", "the same as --stack")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples(["rcluster down", "asks first"], ["rcluster down --yes", "for scripts"]))
    .action(async (stack: string | undefined, options: DeployOptions) =>
      (await import("../deploy")).down({ stack, ...options }),
    );
}
