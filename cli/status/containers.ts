import { containersOf, inspect, type Container } from "../containers";
import type { Target } from "../target";
import type { Platform, Trouble } from "./place";

/** What Docker tells of a cluster's containers. */
export async function lookAtContainers({ cluster, queue: own }: Target, queue: string): Promise<Platform> {
  const names = containersOf(cluster);
  return {
    wanted: queue === own ? { workers: cluster.workers } : {},
    troubles: findTroubles(names, await inspect(names)),
  };
}

/** Containers that do not run, or run and do not answer. */
export function findTroubles(names: readonly string[], found: readonly Container[]): Trouble[] {
  return names.flatMap((what) => {
    const state = found.find(({ Name }) => Name === `/${what}`)?.State;
    const why = state ? whyNot(state) : "is gone: 'rcluster up --refresh' makes it again";
    return why === undefined ? [] : [{ what, why }];
  });
}

function whyNot({ Status, ExitCode, OOMKilled, Health }: Container["State"]): string | undefined {
  if (Status === "running") return Health?.Status === "unhealthy" ? "runs and does not answer" : undefined;
  if (Status === "restarting") return `starts again and again, exit code ${ExitCode}`;
  return OOMKilled ? `${Status}: out of memory` : `${Status}, exit code ${ExitCode}`;
}
