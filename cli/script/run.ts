import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { exitCodes } from "../failure";
import { interruptible } from "../interrupt";
import { ended, ensureMaster } from "../master";
import type { Target } from "../target";
import { bundle } from "./bundle";
import { pack, send } from "./pack";

/** What `run` and `submit` take besides script and arguments. */
export interface ScriptOptions {
  readonly stack?: string;
  readonly with?: readonly string[];
}

/**
 * Runs a script on the master, shows its output as it comes, and returns its exit code. Where this process ends, for
 * whatever reason, the master sees its input end, and stops R.
 */
export async function runScript(
  target: Target,
  script: string,
  args: readonly string[],
  others: readonly string[] = [],
): Promise<number> {
  const files = bundle(script, others);
  for (const note of files.notes) console.error(`rcluster: ${note}`);
  const [archive] = await interruptible(() => Promise.all([pack(files, false), ensureMaster(target)]));
  const [program = "", ...words] = target.cluster.exec;
  // A group of its own: Ctrl-C is told to R by ending its input, and what R says of it is still to be heard.
  const child = spawn(program, [...words, "rcluster-run", files.script, ...args], {
    stdio: ["pipe", "inherit", "pipe"],
    detached: true,
  });
  let interrupted = 0;
  const interrupt = () => {
    interrupted += 1;
    if (interrupted > 1) child.kill("SIGKILL");
    else child.stdin.end();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  child.stdin.on("error", () => undefined); // of a script that has ended
  showErrors(child.stderr);
  const sent = send(archive, child.stdin).catch(() => undefined);
  const [code] = await Promise.all([ended(child), sent]).finally(() => archive.file.close());
  return interrupted ? exitCodes.interrupted : code;
}

// kubectl has a word of its own to say of each exit code.
function showErrors(stream: Readable): void {
  stream.on("data", (chunk: Buffer) => {
    const text = chunk.toString("latin1");
    const own = text.replace(/^command terminated with exit code \d+\n$/m, "");
    process.stderr.write(Buffer.from(own, "latin1"));
  });
}
