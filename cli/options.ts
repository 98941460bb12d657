import { InvalidArgumentError, type Command } from "commander";

/** Options of commands that change a stack. */
export interface DeployOptions {
  readonly stack?: string;
  /** How many workers from now on; default: as the config says. */
  readonly workers?: string;
  /** Whether to look first at what is there, and make again what is not. */
  readonly refresh?: boolean;
  /** Whether to go on without asking. */
  readonly yes?: boolean;
}

/** Adds a command that works on a stack. */
export function stackCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option("-s, --stack <name>", "stack to work on (default: the selected one)");
}

/** Text that ends a command's help: examples, each with what it does. */
export function examples(...lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, what]) => `  $ ${command.padEnd(width)}   ${what}`);
  return ["", "Examples:", ...rows].join("\n");
}

/** A number of workers as the command line takes it. */
export function workerCount(text: string): string {
  if (/^\d+$/.test(text) || text === "auto") return text;
  throw new InvalidArgumentError("Allowed: a whole number from 0, or auto.");
}

/** Collects the values of an option that may be repeated. */
export function gather(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
