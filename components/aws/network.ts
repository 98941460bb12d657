import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { subnetPlan } from "./cidr";
import { ecrEndpoints } from "./endpoints";
import { named, type Tags } from "./tags";

/** Where a cluster is: in a network made here, or in one that was there before. */
export interface ClusterNetwork {
  readonly vpcId: pulumi.Input<string>;
  /** Subnets of the cluster's nodes, in at least 2 zones. */
  readonly nodeSubnetIds: readonly pulumi.Input<string>[];
  /** Whether nodes get public addresses, since nothing else lets them out. */
  readonly publicNodes: boolean;
}

export interface NetworkArgs {
  /** Addresses of the VPC, in CIDR notation: a private block from /16 to /22. */
  readonly cidr: string;
  /** Names of 2 or 3 availability zones. */
  readonly zones: readonly string[];
  /**
   * How many NAT gateways let the nodes out: 1 for all zones, or one for each. With 0 nodes are in the public subnets,
   * with public addresses that nobody outside can connect to.
   */
  readonly natGateways: number;
  /** Whether images are pulled from ECR without leaving the VPC, by two interface endpoints a zone. Default: false. */
  readonly ecrEndpoints?: boolean;
  /** Region of the zones. */
  readonly region: pulumi.Input<string>;
  readonly tags: Tags;
}

/**
 * A VPC for one cluster: a public and a private subnet in each zone, NAT gateways, and an endpoint for S3, which costs
 * nothing and takes the layers of images pulled from ECR as well.
 *
 * @example
 * new Network("network", { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"], natGateways: 1, ... });
 */
export class Network extends pulumi.ComponentResource implements ClusterNetwork {
  readonly vpcId: pulumi.Output<string>;
  readonly nodeSubnetIds: readonly pulumi.Output<string>[];
  readonly publicNodes: boolean;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:aws:Network", name, {}, opts);
    const child = { parent: this };
    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: args.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: named(args.tags, name) },
      child,
    );
    const gateway = new aws.ec2.InternetGateway(
      `${name}-gateway`,
      { vpcId: vpc.id, tags: named(args.tags, name) },
      child,
    );
    const plan = subnetPlan(args.cidr, args.zones.length);
    const zones = args.zones.map((zone, index) => ({ zone, index, id: index + 1 }));

    const makeSubnet = (kind: "public" | "private", { zone, index, id }: (typeof zones)[number]) => {
      const isPublic = kind === "public";
      return new aws.ec2.Subnet(
        `${name}-${kind}-${id}`,
        {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock: (isPublic ? plan.publics : plan.privates)[index],
          mapPublicIpOnLaunch: isPublic && args.natGateways === 0,
          tags: named(args.tags, `${name}-${kind}-${zone}`),
        },
        child,
      );
    };
    const makeTable = (title: string, subnets: readonly aws.ec2.Subnet[], target: Target) => {
      const table = new aws.ec2.RouteTable(
        `${name}-${title}`,
        { vpcId: vpc.id, tags: named(args.tags, `${name}-${title}`) },
        child,
      );
      const routes: pulumi.Resource[] = subnets.map(
        (subnet, index) =>
          new aws.ec2.RouteTableAssociation(
            `${name}-${title}-${index + 1}`,
            { subnetId: subnet.id, routeTableId: table.id },
            child,
          ),
      );
      if (target) {
        const route = { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target };
        routes.push(new aws.ec2.Route(`${name}-${title}-out`, route, child));
      }
      return { table, routes };
    };

    const publics = zones.map((zone) => makeSubnet("public", zone));
    const privates = zones.map((zone) => makeSubnet("private", zone));
    const publicTable = makeTable("public", publics, { gatewayId: gateway.id });
    const nats = publics.slice(0, args.natGateways).map((subnet, index) => {
      const title = `${name}-nat-${index + 1}`;
      const address = new aws.ec2.Eip(title, { domain: "vpc", tags: named(args.tags, title) }, child);
      return new aws.ec2.NatGateway(
        title,
        { allocationId: address.id, subnetId: subnet.id, tags: named(args.tags, title) },
        { parent: this, dependsOn: [gateway, ...publicTable.routes] },
      );
    });
    const privateTables = privates.map((subnet, index) => {
      const nat = nats[index] ?? nats[0];
      return makeTable(`private-${index + 1}`, [subnet], nat && { natGatewayId: nat.id });
    });

    const tables = [publicTable, ...privateTables];
    const s3 = new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: vpc.id,
        serviceName: pulumi.interpolate`com.amazonaws.${args.region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: tables.map(({ table }) => table.id),
        tags: named(args.tags, `${name}-s3`),
      },
      child,
    );
    this.publicNodes = args.natGateways === 0;
    const nodeSubnets = this.publicNodes ? publics : privates;
    const endpoints = args.ecrEndpoints ? ecrEndpoints(name, args, vpc, nodeSubnets, child) : [];

    // A subnet counts once its nodes can get out, and goes only after them.
    const ways = pulumi.all([...tables.flatMap(({ routes }) => routes), s3, ...endpoints].map(({ urn }) => urn));
    this.vpcId = vpc.id;
    this.nodeSubnetIds = nodeSubnets.map((subnet) => pulumi.all([subnet.id, ways]).apply(([id]) => id));
    this.registerOutputs({ vpcId: this.vpcId, nodeSubnetIds: this.nodeSubnetIds });
  }
}

type Target =
  { readonly gatewayId: pulumi.Input<string> } | { readonly natGatewayId: pulumi.Input<string> } | undefined;
