import { spawn } from "node:child_process";
import * as path from "node:path";
import { backendEnvironment } from "./backend";

/** Folder of the project. */
export const root = path.dirname(__dirname);

/** A command that failed; it has said why itself. */
export class CommandFailed extends Error {
  constructor(
    readonly exitCode: number,
    /** What it said on standard error, where its output was captured. */
    readonly stderr = "",
  ) {
    super(`exit code ${exitCode}`);
  }
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: NodeJS.ReadableStream;
  /** Whether to return the output, and to keep what goes to standard error, instead of showing them. */
  readonly capture?: boolean;
}

/**
 * Runs a command in the project's folder. Its output is shown as it comes, or returned.
 *
 * @throws CommandFailed if it ends with another exit code than 0
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const shown = options.capture ? "pipe" : "inherit";
  const child = spawn(command, args, {
    cwd: root,
    env: options.env ?? process.env,
    stdio: [options.stdin ? "pipe" : "inherit", shown, shown],
  });
  if (child.stdin) options.stdin?.pipe(child.stdin);
  let output = "";
  let complaints = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(output) : reject(new CommandFailed(code ?? 1, complaints))));
  });
}

/** Runs Pulumi's CLI with the project's backend. */
export async function pulumi(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const program = await pulumiProgram();
  const env = { ...process.env, ...pulumiEnvironment(program) };
  return run(program, args, { ...options, env });
}

/**
 * Path of Pulumi's CLI, fetched on first use. The program itself, not npm's wrapper around it, which would die of a
 * Ctrl-C while Pulumi still brings its work to an end.
 */
export async function pulumiProgram(): Promise<string> {
  const { resolve } = await import("pulumi/lib/resolve");
  return resolve();
}

/** What Pulumi's CLI needs in its environment: the project's backend, and the language hosts beside the program. */
export function pulumiEnvironment(program: string): Readonly<Record<string, string | undefined>> {
  const PATH = [path.dirname(program), process.env.PATH].join(path.delimiter);
  return { ...backendEnvironment(root), PATH };
}

/** Runs a program's main function; a failure ends it with one line and its exit code. */
export function main(program: () => Promise<void>): void {
  process.on("SIGINT", () => undefined); // the child gets Ctrl-C as well and decides
  program().catch((error: unknown) => {
    if (error instanceof CommandFailed) {
      process.stderr.write(error.stderr);
      process.exit(error.exitCode);
    }
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
