import { execFile } from "node:child_process";
import type { Target } from "../target";
import type { Place, Trouble } from "./place";

const format = "{{.Name}}\t{{.State.Status}}\t{{.State.ExitCode}}\t{{.State.OOMKilled}}";

/** What Docker tells of a cluster's containers. */
export async function lookAtContainers({ cluster, queue: own }: Target, queue: string): Promise<Place> {
  const { redis, master, workers } = cluster.names;
  const names = [redis, master, ...workers];
  const output = await new Promise<string>((resolve) => {
    // It fails where one is missing, and still tells of the others.
    execFile("docker", ["container", "inspect", "--format", format, ...names], (_error, stdout) => resolve(stdout));
  });
  return {
    wanted: queue === own ? { workers: cluster.workers } : {},
    troubles: findTroubles(names, output),
  };
}

/** Containers that do not run, from what `docker container inspect` prints. */
export function findTroubles(names: readonly string[], output: string): Trouble[] {
  const states = new Map(
    output
      .split("\n")
      .map((line) => line.split("\t"))
      .map(([name = "", ...state]) => [name.replace(/^\//, ""), state] as const),
  );
  return names.flatMap((what) => {
    const [status, code, killed] = states.get(what) ?? [];
    if (status === "running") return [];
    if (status === undefined) return [{ what, why: "is gone: 'rcluster up --refresh' makes it again" }];
    if (status === "restarting") return [{ what, why: `starts again and again, exit code ${code}` }];
    return [{ what, why: killed === "true" ? `${status}: out of memory` : `${status}, exit code ${code}` }];
  });
}
