import tab from "@bomb.sh/tab/commander";
import { Command, CommanderError } from "commander";
import { version } from "../package.json";
import * as cancel from "./commands/cancel";
import * as connect from "./commands/connect";
import * as cp from "./commands/cp";
import * as doctor from "./commands/doctor";
import * as down from "./commands/down";
import * as env from "./commands/env";
import * as ide from "./commands/ide";
import * as init from "./commands/init";
import * as jobs from "./commands/jobs";
import * as logs from "./commands/logs";
import * as result from "./commands/result";
import * as rm from "./commands/rm";
import * as run from "./commands/run";
import * as scale from "./commands/scale";
import * as shell from "./commands/shell";
import * as status from "./commands/status";
import * as submit from "./commands/submit";
import * as ui from "./commands/ui";
import * as up from "./commands/up";
import { exitCodes, Failure } from "./failure";

const program = new Command("rcluster")
  .description("Parallel R on your own machine, on Kubernetes or on AWS")
  .version(version, "-V, --version")
  .enablePositionalOptions()
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, "rcluster: ").replace(/\n(?=\()/, " ")),
  })
  .addHelpText(
    "after",
    `
Examples:
  $ rcluster init                     asks a few questions, once
  $ rcluster up                       makes the cluster
  $ rcluster shell                    an R whose foreach runs on the workers
  $ rcluster run analysis.R           a script of yours
  $ rcluster submit analysis.R        the same as a job, which goes on when you have gone
  $ rcluster ide                      JupyterLab or RStudio on the master, in the browser
  $ rcluster status                   what goes on, in 80 columns
  $ rcluster ui                       the same and more, in the browser
  $ rcluster scale 8                  more workers, or fewer
  $ rcluster doctor                   tells what is wrong, and how to mend it
  $ rcluster down                     ends it, and all that it costs

Exit codes: 0 good, 1 failed, 2 wrong usage, 3 no such stack or not up, 4 no such job or file,
5 Docker or the cluster does not answer, 130 ended half-way by Ctrl-C.`,
  );
const groups = {
  "The cluster:": [init, up, scale, down, doctor],
  "R on it:": [shell, run, submit, jobs, logs, result, cancel, rm],
  "What goes on:": [status, ui, ide],
  "Ways in and out:": [cp, env, connect],
};
for (const [heading, commands] of Object.entries(groups)) {
  program.commandsGroup(heading);
  for (const command of commands) command.register(program);
}
program.commandsGroup("This command:");
program.addHelpCommand(program.createCommand("help").argument("[command]").description("tell how a command is used"));
tab(program, { completionCommandName: "completion" });

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(); // whoever listened has seen enough
});
program.parseAsync().catch((error: unknown) => {
  process.exitCode = explain(error);
});

/** Tells what went wrong, in one line where it can be, and returns the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage; // it has told why itself
  if (error instanceof Error && error.name === "ExitPromptError") return exitCodes.interrupted;
  console.error(`rcluster: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof Failure ? error.exitCode : exitCodes.failed;
}
