import type { Command } from "commander";
import { examples, stackCommand, workerCount, type DeployOptions } from "../options";

export function register(program: Command): void {
  stackCommand(program, "up", "make the cluster, or change it to what the stack's settings ask for")
    .option("-w, --workers <n>", "how many workers from now on: 0 or more, or auto", workerCount)
    .option("-r, --refresh", "look first at what is there, and make again what is not")
    .option("-y, --yes", "make what costs money without asking")
    .addHelpText(
      "after",
      examples(["rcluster up", "as the settings say"], ["rcluster up --workers 8", "with 8 workers"]),
    )
    .action(async (options: DeployOptions) => (await import("../deploy")).up(options));
}
