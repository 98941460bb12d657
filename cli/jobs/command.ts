import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { exitCodes, Failure } from "../failure";
import { ended, mend } from "../master";

interface CommandOptions {
  /** Writes its standard input. Default: it has none. */
  readonly input?: (to: Writable) => unknown;
  /** Takes its standard output. Default: it is returned. */
  readonly output?: (from: Readable) => Promise<unknown>;
  readonly signal?: AbortSignal;
}

/**
 * Runs docker or kubectl.
 *
 * @throws Failure with the line that it complains with
 */
export async function run(command: readonly string[], { input, output, signal }: CommandOptions = {}): Promise<string> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: [input ? "pipe" : "ignore", "pipe", "pipe"], signal });
  const { stdin, stdout, stderr } = child;
  stdin?.on("error", () => undefined); // its exit code tells
  const [code, printed, complaint] = await Promise.all([
    ended(child),
    output ? output(stdout as Readable).then(() => "") : text(stdout as Readable),
    text(stderr as Readable),
    stdin && input?.(stdin),
  ]);
  signal?.throwIfAborted();
  if (code !== 0) throw new Failure(complaintOf(complaint) || `${program} ended with ${code}`, exitCodes.unreachable);
  return printed;
}

/** Reads what jobs belong to; where that is gone, the failure says how to get it back. */
export async function belonging<T>(name: string, stack: string, read: Promise<T>): Promise<T> {
  return read.catch((error: unknown) => {
    const gone = error instanceof Failure && /no such container|is not running|not found$/i.test(error.message);
    throw gone ? new Failure(`${name} is gone: ${mend(stack)}`, exitCodes.unreachable) : error;
  });
}

function complaintOf(text: string): string {
  const line = text.trim().split("\n").at(-1) ?? "";
  return line.replace(/^(docker: )?Error( from server)?( \(\w+\))?( response from daemon)?: /i, "");
}
