import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Cluster } from "../components/contracts";

/** A container as `docker inspect` tells of it, as far as it is looked at. */
export interface Container {
  readonly Name: string;
  /** Id of its image. */
  readonly Image: string;
  readonly State: {
    readonly Status: string;
    readonly ExitCode?: number;
    readonly OOMKilled?: boolean;
    readonly Health?: { readonly Status: string };
  };
}

/** Names of all containers of a cluster on Docker but those of jobs, which come and go. */
export function containersOf({ names, jobs }: Cluster): string[] {
  const { redis, master, workers, metrics } = names;
  return [redis, master, ...workers, ...("anchor" in jobs ? [jobs.anchor] : []), ...(metrics ? [metrics] : [])];
}

/**
 * Looks at containers.
 *
 * @returns those that there are
 * @throws an error with Docker's words where it does not answer
 */
export async function inspect(containers: readonly string[]): Promise<Container[]> {
  // It tells of those that it finds, and fails for the others.
  const output = await promisify(execFile)("docker", ["container", "inspect", ...containers], {
    maxBuffer: 2 ** 27,
  }).then(
    ({ stdout }) => stdout,
    (error: unknown) => {
      const { stdout, stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
      if (stdout && /no such container/i.test(stderr)) return stdout;
      throw new Error(stderr.trim().split("\n")[0] || message, { cause: error });
    },
  );
  return JSON.parse(output) as Container[];
}
