import * as path from "node:path";
import { dataPath } from "../../components/contracts";
import { exitCodes, Failure } from "../failure";

/** What to copy where. */
export interface CopyPlan {
  readonly direction: "up" | "down";
  /** Paths as this machine or the master has them. */
  readonly from: readonly string[];
  readonly to: string;
  /** Whether `to` has to be a folder, which is made if need be. */
  readonly into: boolean;
}

/**
 * Reads the paths of `rcluster cp`: those with a colon in front are on the master, relative to /data.
 *
 * @throws Failure if none or all of them are there, or one is outside of /data
 */
export function planCopy(from: readonly string[], to: string): CopyPlan {
  const remote = (word: string) => word.startsWith(":");
  if (from.length === 0 || !from.every((word) => remote(word) !== remote(to))) {
    throw new Failure(
      "one side has to be on the master, such as :results/, and the other one here; allowed: FROM... :TO or :FROM... TO",
      exitCodes.usage,
    );
  }
  const into = from.length > 1 || /(^|[:/])$/.test(to);
  return remote(to)
    ? { direction: "up", from, to: underData(to), into }
    : { direction: "down", from: from.map(underData), to, into: into || to === "." };
}

function underData(word: string): string {
  const found = path.posix.resolve(dataPath, word.slice(1));
  if (found === dataPath || found.startsWith(`${dataPath}/`)) return found;
  throw new Failure(`${word} is not allowed; allowed: a path under ${dataPath}, such as :results`, exitCodes.usage);
}
