import { randomInt } from "node:crypto";
import * as path from "node:path";

/** How a job is. */
export type JobState = "pending" | "running" | "done" | "failed" | "cancelled";

/** A detached job, as `rcluster jobs` tells it. */
export interface Job {
  readonly id: string;
  /** Its script, as it was uploaded. */
  readonly script: string;
  readonly state: JobState;
  /** Why it waits or failed, in one line, with the script's line where R knows it. */
  readonly reason?: string;
  /** When it was submitted, began and ended, in ISO 8601. */
  readonly created?: string;
  readonly begin?: string;
  readonly end?: string;
  /** R's exit code, once it has ended. */
  readonly exitCode?: number;
  /** Whether `rcluster result` has fetched what it left. */
  readonly fetched: boolean;
}

/** Whether a job has not ended yet. */
export const lives = ({ state }: Job): boolean => state === "pending" || state === "running";

const letters = "abcdefghijkmnpqrstuvwxyz23456789"; // none that looks like another

/**
 * An id for a job: its script's name and four characters, as Docker and Kubernetes take them.
 *
 * @param taken ids that exist already
 */
export function jobId(script: string, taken: readonly string[] = []): string {
  const plain = path
    .basename(script)
    .replace(/\.[^.]*$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 30)
    .replace(/-+$/, "");
  const suffix = Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join("");
  const id = `${plain || "job"}-${suffix}`;
  return taken.includes(id) ? jobId(script, taken) : id;
}

/** The lines of a job's status file, which its wrapper writes: a name and a value each. */
export type Status = Readonly<Record<string, string | undefined>>;

export function parseStatus(text: string): Status {
  const lines = text.split("\n").filter((line) => line.includes(" "));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]));
}

/**
 * A job by its status file.
 *
 * @param alive whether its container is there
 */
export function jobOf(id: string, status: Status, alive: boolean): Job {
  const { script = "", created, begin, end, code, fetched } = status;
  const exitCode = code === undefined ? undefined : Number(code);
  const state = stateOf(status, alive);
  const reason = state === "failed" || state === "cancelled" ? reasonOf(status) : undefined;
  return { id, script, state, reason, created, begin, end, exitCode, fetched: fetched !== undefined };
}

function stateOf({ begin, end, code, reason }: Status, alive: boolean): JobState {
  if (end === undefined) return alive ? (begin === undefined ? "pending" : "running") : "failed";
  if (reason === "cancelled") return "cancelled";
  return code === "0" ? "done" : "failed";
}

function reasonOf({ begin, end, code, reason, error }: Status): string | undefined {
  if (end === undefined) return begin === undefined ? "its files never arrived" : "its container was killed";
  if (reason === "cancelled") return undefined;
  if (reason === "out of memory") return `R was killed: out of memory (exit code ${code})`;
  return error ?? `exit code ${code}`;
}

/** How long it has been running, or ran, in seconds. */
export function duration({ begin, end }: Job, now = Date.now()): number | undefined {
  if (begin === undefined) return undefined;
  return Math.max(0, Math.round(((end === undefined ? now : Date.parse(end)) - Date.parse(begin)) / 1000));
}

/** Seconds as people say them: 42s, 3m07s, 2h05m, 3d04h. */
export function spoken(seconds: number): string {
  const two = (count: number) => String(Math.floor(count)).padStart(2, "0");
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h${two((seconds % 3600) / 60)}m`;
  return `${Math.floor(seconds / 86400)}d${two((seconds % 86400) / 3600)}h`;
}
