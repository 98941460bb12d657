import { versionsAfter } from "./versions";

/** Availability zones that EKS cannot use: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
export const unsupportedZones = ["use1-az3", "usw1-az2", "cac1-az3"];

/** A subnet as AWS describes it. */
export interface SubnetFacts {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly isPublic: boolean;
}

/** A cluster as AWS describes it. */
export interface ClusterFacts {
  readonly version: string;
  /** Value of its stack tag. */
  readonly stack?: string;
}

/**
 * What lets somebody in again whose address is not among those that the cluster's API is open to, as after a move: only
 * AWS can open it, since `up` and `destroy` need the API themselves.
 *
 * @param open networks that the API is open to
 * @param wanted those that it should be open to
 * @returns a line's end; empty where both are the same
 */
export function wayIn(
  cluster: { readonly name: string; readonly region: string },
  open: readonly string[],
  wanted: readonly string[],
): string {
  if (wanted.length === 0 || [...open].sort().join() === [...wanted].sort().join()) return "";
  return (
    `; its API is open to ${open.join(", ") || "nobody outside"}: 'aws eks update-cluster-config --region ${cluster.region} ` +
    `--name ${cluster.name} --resources-vpc-config endpointPublicAccess=true,publicAccessCidrs=${wanted.join(",")}' opens it`
  );
}

/**
 * The zones of a region for a new network.
 *
 * @returns their names, or a line that says why there are none
 */
export function chooseZones(region: string, names: readonly string[], wanted: number): string[] | string {
  if (names.length >= wanted) return [...names].sort().slice(0, wanted);
  const found = names.length > 0 ? `: ${names.join(", ")}` : "";
  return `config aws.vpc.zones: region ${region} has ${names.length} zones that EKS can use${found}; allowed: a region with ${wanted}`;
}

/**
 * The subnets of an existing VPC that nodes run in: those named, else the private ones.
 *
 * @returns their ids, or a line that says why there are none
 */
export function chooseSubnets(
  vpcId: string,
  subnets: readonly SubnetFacts[],
  wanted: readonly string[],
): SubnetFacts[] | string {
  const own = subnets.filter((subnet) => subnet.vpcId === vpcId);
  const foreign = wanted.find((id) => !own.some((subnet) => subnet.id === id));
  const ids = own.map(({ id, zone }) => `${id} (${zone})`).join(", ") || "none";
  if (foreign) return `config aws.vpc.subnets: "${foreign}" is not allowed; allowed: subnets of ${vpcId}: ${ids}`;
  const usable = own.filter(({ zoneId }) => !unsupportedZones.includes(zoneId));
  const chosen = wanted.length > 0 ? usable.filter(({ id }) => wanted.includes(id)) : usable.filter((s) => !s.isPublic);
  const zones = new Set(chosen.map(({ zone }) => zone));
  if (zones.size >= 2) return chosen;
  const what = wanted.length > 0 ? "aws.vpc.subnets" : "aws.vpc.id";
  const kind = wanted.length > 0 ? "these subnets" : `the private subnets of ${vpcId}`;
  const where =
    zones.size > 0 ? `are in one zone that EKS can use, ${[...zones].join()}` : "are in no zone that EKS can use";
  return `config ${what}: ${kind} ${where}; allowed: subnets in 2 or more zones; there are: ${ids}`;
}

/** What is wrong with a cluster of the name that exists already, in one line. */
export function clusterProblem(
  name: string,
  { version, stack }: ClusterFacts,
  wanted: { readonly version: string; readonly stack: string },
): string | undefined {
  if (stack !== wanted.stack) {
    return `an EKS cluster named ${name} exists and is not of this stack: rename the stack, or use another region`;
  }
  const allowed = versionsAfter(version);
  if (allowed.includes(wanted.version)) return undefined;
  return `config aws.version: "${wanted.version}" is not allowed; allowed: ${allowed.join(", ")}, as the cluster has ${version} and goes up one step at a time`;
}
