import type { Cluster } from "../../components/contracts";
import { containersOf, inspect, type Container } from "../containers";
import type { Target } from "../target";
import { ok, wrong, type Finding, type Parts } from "./check";

/** What a cluster's containers are and run. */
export async function dockerParts({ cluster, stack }: Target): Promise<Parts> {
  const found = await inspect(containersOf(cluster));
  return {
    findings: containerFindings(cluster, found, `rcluster up --refresh --stack ${stack}`),
    images: imagesOf(cluster, found),
  };
}

/** Which of a cluster's containers are not up. */
export function containerFindings(cluster: Cluster, found: readonly Container[], mend: string): Finding[] {
  const all = containersOf(cluster);
  const troubles = all.flatMap((name) => {
    const state = found.find(({ Name }) => Name === `/${name}`)?.State;
    if (!state) return [`${name} is gone`];
    if (state.Status !== "running") return [`${name} is ${state.Status}`];
    return state.Health?.Status === "unhealthy" ? [`${name} runs and does not answer`] : [];
  });
  if (troubles.length === 0) return [ok(`${all.length} containers run`)];
  return troubles.map((trouble) => wrong(trouble, mend));
}

// Of those that run R.
function imagesOf({ names }: Cluster, found: readonly Container[]): ReadonlyMap<string, string> {
  const own = found.filter(({ Name }) => [names.master, ...names.workers].includes(Name.slice(1)));
  return new Map(own.map(({ Name, Image }) => [Name.slice(1), Image]));
}
