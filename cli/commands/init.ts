import type { Command } from "commander";
import type { InitOptions } from "../init";
import { examples, workerCount } from "../options";

export function register(program: Command): void {
  program
    .command("init")
    .description("make a stack: asks where it is to run, with how many workers and which packages")
    .argument("[stack]", "its name")
    .option("--platform <platform>", "docker, kubernetes or eks")
    .option("-w, --workers <n>", "0 or more, or auto", workerCount)
    .option("--packages <list>", "R packages, separated by commas, each a name or name@version")
    .option("--registry <address>", "kubernetes: where the image goes, HOST/PATH")
    .option("--region <region>", "eks: the region of AWS")
    .option("--public-access <networks>", "eks: who may reach the cluster's API, such as 203.0.113.7/32")
    .option("-y, --yes", "do not ask: take the default of what is not named")
    .addHelpText(
      "after",
      examples(
        ["rcluster init", "asks"],
        ["rcluster init study --platform docker --workers 4 --yes", "for scripts"],
        ["rcluster init lab --platform kubernetes --registry registry.example.org/team --yes", ""],
      ),
    )
    .action(async (stack: string | undefined, options: InitOptions) => (await import("../init")).init(stack, options));
}
