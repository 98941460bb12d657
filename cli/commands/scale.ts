import { type Command } from "commander";
import { examples, stackCommand, workerCount, type DeployOptions } from "../options";

export function register(program: Command): void {
  const command = stackCommand(program, "scale", "change how many workers a running cluster has");
  command
    .argument("<workers>", "0 or more, or auto: one for each core of Docker's machine", workerCount)
    .option("-y, --yes", "make what costs money without asking")
    .addHelpText("after", examples(["rcluster scale 8", "workers that go finish their task first"]))
    .action(async (workers: string, options: DeployOptions) => (await import("../deploy")).scale(workers, options));
}
