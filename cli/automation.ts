import * as path from "node:path";
import { LocalWorkspace, PulumiCommand, Stack, type UpOptions } from "@pulumi/pulumi/automation";
import { exitCodes, Failure } from "./failure";
import { pulumiEnvironment, pulumiProgram, root } from "./run";
import { ask, selectedStack } from "./target";

/**
 * Opens a stack of the project for Pulumi's Automation API. The selected stack stays selected.
 *
 * @param name name of the stack; default: the selected one
 * @throws Failure if there is no such stack, or none is selected
 */
export async function openStack(name?: string): Promise<Stack> {
  const wanted = name ?? (await selectedStack());
  const workspace = await openWorkspace();
  // The API would select the stack for all; that there is such a one is all that it needs to know.
  workspace.selectStack = async (stack) => {
    await ask(["stack", "--stack", stack, "--show-name"]);
  };
  return Stack.select(wanted, workspace);
}

async function openWorkspace(): Promise<LocalWorkspace> {
  const program = await pulumiProgram();
  const environment = Object.entries(pulumiEnvironment(program));
  // The API cannot take a variable away from a process that it starts.
  for (const [variable, value] of environment) if (value === undefined) Reflect.deleteProperty(process.env, variable);
  return LocalWorkspace.create({
    workDir: root,
    pulumiCommand: await PulumiCommand.get({ root: path.dirname(path.dirname(program)) }),
    envVars: Object.fromEntries(environment.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  });
}

/** What an operation of the Automation API needs to show its progress and to be stopped. */
export type Progress = Pick<UpOptions, "onOutput" | "onError" | "signal" | "color" | "suppressOutputs">;

/**
 * Runs an operation, its progress shown. Ctrl-C lets Pulumi bring to an end what it has begun.
 *
 * @throws Failure with the error that matters
 */
export async function operate(operation: (progress: Progress) => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const state = { interrupted: false };
  let output = "";
  const interrupt = (signal: NodeJS.Signals) => {
    state.interrupted = true;
    // In a terminal Ctrl-C reaches Pulumi as well, and a second one would make it drop what it has begun.
    if (signal === "SIGTERM" || !process.stdin.isTTY) stop.abort();
  };
  const show = (stream: NodeJS.WriteStream) => (text: string) => {
    output += text;
    stream.write(text);
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    await operation({
      onOutput: show(process.stdout),
      onError: show(process.stderr),
      suppressOutputs: true, // for programs; people have `rcluster`
      signal: stop.signal,
      color: process.stdout.isTTY && !process.env.NO_COLOR ? "always" : "never",
    });
  } catch {
    if (state.interrupted) {
      throw new Failure("interrupted; the same command again goes on from here", exitCodes.interrupted);
    }
    const fault = lastError(output);
    throw new Failure(fault, noAnswer.test(fault) ? exitCodes.unreachable : exitCodes.failed);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

const noAnswer = /^Docker is not running|^there is no docker|^cluster .* \(context .*\) /;

/** The last complaint in Pulumi's output that is not about the update as a whole. */
export function lastError(output: string): string {
  const lines = [...output.matchAll(/\berror: (.+)$/gm)].map(([, line = ""]) => line.trim());
  return (
    lines.filter((line) => !/^(update|preview|destroy|.*resource.*) failed$/i.test(line)).at(-1) ??
    "it did not work: see above"
  );
}
