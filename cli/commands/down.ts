import type { Command } from "commander";
import { exitCodes, Failure } from "../failure";
import { examples, stackCommand, type DeployOptions } from "../options";

export function register(program: Command): void {
  stackCommand(program, "down", "end the cluster, and all that it costs")
    .argument("[stack]", "the same as --stack")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples(["rcluster down", "asks first"], ["rcluster down --yes", "for scripts"]))
    .action(async (stack: string | undefined, options: DeployOptions) => {
      if (stack !== undefined && options.stack !== undefined && stack !== options.stack) {
        throw new Failure(`two stacks: ${stack} and --stack ${options.stack}; allowed: one`, exitCodes.usage);
      }
      await (await import("../deploy")).down({ ...options, stack: stack ?? options.stack });
    });
}
