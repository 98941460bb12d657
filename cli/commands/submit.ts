import { InvalidArgumentError, type Command } from "commander";
import { examples, gather, stackCommand } from "../options";
import type { ScriptOptions } from "../script/run";

interface Options extends ScriptOptions {
  readonly json?: boolean;
  readonly keep?: number;
}

export function register(program: Command): void {
  stackCommand(program, "submit", "run an R script as a job of its own, which goes on when you have gone")
    .usage("[options] <script> [args...]")
    .argument("<script>", "the script; files that it sources go along")
    .argument("[args...]", "what commandArgs(TRUE) gives in it")
    .option("--with <path>", "a further file or folder that it reads; may be repeated", gather, [])
    .option("--keep <time>", "remove it this long after its end, such as 12h or 7d (Kubernetes)", seconds)
    .option("--json", "print the id as JSON")
    .passThroughOptions()
    .addHelpText(
      "after",
      examples(
        ["rcluster submit analysis.R", "prints the job's id at once"],
        ["rcluster submit --with measured.csv fit.R 10", "with a file that fit.R reads"],
        ["rcluster result analysis-k3x9", "what it left in Sys.getenv('RCLUSTER_OUTPUT'), and its last value"],
      ),
    )
    .action(async (script: string, args: string[], options: Options) => {
      const { openTarget } = await import("../target");
      const { submit } = await import("../jobs/submit");
      const id = await submit(await openTarget(options.stack), script, args, options);
      console.log(options.json ? JSON.stringify({ id }) : id);
    });
}

const units = { m: 60, h: 3600, d: 86400 } as const;

function seconds(text: string): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("Allowed: a time such as 30m, 12h or 7d.");
  return Number(count) * units[unit as keyof typeof units];
}
