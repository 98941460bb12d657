import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "cp", "copy files and folders to and from /data of the master; a colon marks what is there")
    .usage("[options] <from...> <to>")
    .argument("<paths...>", "what to copy, then where to; a folder to copy into ends with a slash")
    .addHelpText(
      "after",
      examples(
        ["rcluster cp measured.csv :", "to /data/measured.csv"],
        ["rcluster cp a.csv b.csv :raw/", "into /data/raw, which is made if need be"],
        ["rcluster cp :results/ .", "the folder /data/results, into this one"],
      ),
    )
    .action(async (paths: string[], { stack }: { stack?: string }) => {
      const { planCopy } = await import("../copy/plan");
      const { copy } = await import("../copy");
      const plan = planCopy(paths.slice(0, -1), paths.at(-1) ?? ""); // before anything is opened
      const { openTarget } = await import("../target");
      await copy(plan, await openTarget(stack));
    });
}
