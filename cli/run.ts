import { spawn } from "node:child_process";
import * as path from "node:path";
import { backendEnvironment } from "./backend";

/** Folder of the project. */
export const root = path.dirname(__dirname);

/** A command that failed; it has said why itself. */
export class CommandFailed extends Error {
  constructor(readonly exitCode: number) {
    super(`exit code ${exitCode}`);
  }
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: NodeJS.ReadableStream;
  /** Whether to return the output instead of showing it. */
  readonly capture?: boolean;
}

/**
 * Runs a command in the project's folder. Its output is shown as it comes, or returned.
 *
 * @throws CommandFailed if it ends with another exit code than 0
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, args, {
    cwd: root,
    env: options.env ?? process.env,
    stdio: [options.stdin ? "pipe" : "inherit", options.capture ? "pipe" : "inherit", "inherit"],
  });
  if (child.stdin) options.stdin?.pipe(child.stdin);
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(output) : reject(new CommandFailed(code ?? 1))));
  });
}

/** Runs Pulumi's CLI with the project's backend. */
export async function pulumi(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const program = [require.resolve("pulumi/run.js"), ...args];
  return run(process.execPath, program, { ...options, env: { ...process.env, ...backendEnvironment(root) } });
}

/** Runs a program's main function; a failure ends it with one line and its exit code. */
export function main(program: () => Promise<void>): void {
  process.on("SIGINT", () => undefined); // the child gets Ctrl-C as well and decides
  program().catch((error: unknown) => {
    if (error instanceof CommandFailed) process.exit(error.exitCode);
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
