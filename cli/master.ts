import { execFile, spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { promisify } from "node:util";
import { exitCodes, Failure } from "./failure";
import type { Target } from "./target";

interface OnMasterOptions extends Pick<SpawnOptions, "stdio" | "signal"> {
  /** Whether the command gets this terminal, as an interactive R needs. */
  readonly terminal?: boolean;
}

/** Starts a command on the master. */
export function onMaster(
  { cluster }: Target,
  command: readonly string[],
  { terminal = false, ...options }: OnMasterOptions = {},
): ChildProcess {
  const [program = "", ...args] = cluster.exec.flatMap((word) =>
    terminal && (word === "--interactive" || word === "--stdin") ? [word, "--tty"] : [word],
  );
  return spawn(program, [...args, ...command], { stdio: "inherit", ...options });
}

/** Waits for a process to end and returns its exit code. */
export async function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Failure(error.message, exitCodes.unreachable)));
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? exitCodes.interrupted : 1)));
  });
}

/**
 * Makes sure that the master is there to run commands, by Docker's or Kubernetes' own command.
 *
 * @throws Failure that says what is missing
 */
export async function ensureMaster({ cluster, stack }: Target): Promise<void> {
  const { names, exec, platform } = cluster;
  const [program = ""] = exec;
  const kubectl = exec.slice(1, exec.indexOf("exec"));
  const args =
    platform === "docker"
      ? ["inspect", "--format", "{{.State.Running}}", names.master]
      : [...kubectl, "get", "pod", names.master, "--output", "jsonpath={.status.containerStatuses[0].ready}"];
  let answer: string;
  try {
    answer = (await promisify(execFile)(program, args)).stdout.trim();
  } catch (error) {
    throw new Failure(
      unreachable(error as NodeJS.ErrnoException & { stderr?: string }, program, stack, names.master),
      exitCodes.unreachable,
    );
  }
  if (answer !== "true") throw new Failure(`${names.master} is not running: ${mend(stack)}`, exitCodes.unreachable);
}

/** What to do where something of the cluster is gone. */
export const mend = (stack: string) => `'rcluster up --refresh --stack ${stack}' mends the cluster`;

function unreachable(
  error: { code?: unknown; stderr?: string; message: string },
  program: string,
  stack: string,
  master: string,
): string {
  if (error.code === "ENOENT") return `there is no program ${program} on the PATH`;
  const complaint = error.stderr?.trim().split("\n").at(-1) ?? error.message;
  if (/no such (object|container)|not ?found/i.test(complaint)) return `${master} is gone: ${mend(stack)}`;
  return complaint.replace(/^error: /i, "");
}
