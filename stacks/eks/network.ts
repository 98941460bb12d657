import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Network, type ClusterNetwork } from "../../components/aws";
import { chooseSubnets, chooseZones, unsupportedZones } from "../../components/aws/preflight";
import type { ClusterConfig } from "../config";
import type { Site } from "./site";

/**
 * The network of a cluster: the existing VPC that the config names, else a new one.
 *
 * @throws RunError with one line if it cannot be
 */
export async function networkOf(
  { aws: { vpc } }: ClusterConfig,
  { place, tags, provider }: Site,
): Promise<ClusterNetwork> {
  if (vpc.id !== undefined) return existing(vpc.id, vpc.subnets, { provider });
  const { names: found } = await aws.getAvailabilityZones(
    {
      state: "available",
      filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }], // without local zones
      excludeZoneIds: unsupportedZones,
    },
    { provider },
  );
  const zones = allowed(chooseZones(place.region, found, vpc.zones));
  return new Network(
    "network",
    {
      cidr: vpc.cidr,
      zones,
      natGateways: vpc.natGateways,
      ecrEndpoints: vpc.ecrEndpoints,
      region: place.region,
      tags,
    },
    { providers: [provider] },
  );
}

async function existing(vpcId: string, wanted: readonly string[], opts: pulumi.InvokeOptions): Promise<ClusterNetwork> {
  const { ids } = await aws.ec2.getSubnets({ filters: [{ name: "vpc-id", values: [vpcId] }] }, opts);
  const subnets = await Promise.all(
    ids.map(async (id) => {
      const subnet = await aws.ec2.getSubnet({ id }, opts);
      const { availabilityZone: zone, availabilityZoneId: zoneId, mapPublicIpOnLaunch: isPublic } = subnet;
      return { id, vpcId: subnet.vpcId, zone, zoneId, isPublic };
    }),
  );
  const chosen = allowed(chooseSubnets(vpcId, subnets, wanted));
  return {
    vpcId,
    nodeSubnetIds: chosen.map(({ id }) => id),
    publicNodes: chosen.every(({ isPublic }) => isPublic),
  };
}

function allowed<T>(chosen: T | string): T {
  if (typeof chosen === "string") throw new pulumi.RunError(chosen);
  return chosen;
}
