import type { Command } from "commander";
import { examples, gather, stackCommand } from "../options";
import type { ScriptOptions } from "../script/run";

export function register(program: Command): void {
  stackCommand(program, "run", "run an R script on the master, and show what it prints")
    .usage("[options] <script> [args...]")
    .argument("<script>", "the script; files that it sources go along")
    .argument("[args...]", "what commandArgs(TRUE) gives in it")
    .option("--with <path>", "a further file or folder that it reads; may be repeated", gather, [])
    .passThroughOptions()
    .addHelpText(
      "after",
      examples(
        ["rcluster run analysis.R", "ends with the script's exit code; Ctrl-C stops it there too"],
        ["rcluster run --with measured.csv fit.R 10", "with a file that fit.R reads"],
      ),
    )
    .action(async (script: string, args: string[], options: ScriptOptions) => {
      const { openTarget } = await import("../target");
      const { runScript } = await import("../script/run");
      process.exitCode = await runScript(await openTarget(options.stack), script, args, options.with);
    });
}
