import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkArgs } from "./network";
import { named } from "./tags";

/** Endpoints by which nodes pull images from ECR without leaving the VPC; their layers come by that of S3. */
export function ecrEndpoints(
  name: string,
  { cidr, region, tags }: NetworkArgs,
  vpc: aws.ec2.Vpc,
  subnets: readonly aws.ec2.Subnet[],
  child: pulumi.CustomResourceOptions,
) {
  const group = new aws.ec2.SecurityGroup(
    `${name}-endpoints`,
    {
      vpcId: vpc.id,
      description: "HTTPS from the VPC to its endpoints",
      ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [cidr] }],
      tags: named(tags, `${name}-endpoints`),
    },
    child,
  );
  return ["api", "dkr"].map(
    (service) =>
      new aws.ec2.VpcEndpoint(
        `${name}-ecr-${service}`,
        {
          vpcId: vpc.id,
          serviceName: pulumi.interpolate`com.amazonaws.${region}.ecr.${service}`,
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: subnets.map(({ id }) => id),
          securityGroupIds: [group.id],
          tags: named(tags, `${name}-ecr-${service}`),
        },
        child,
      ),
  );
}
