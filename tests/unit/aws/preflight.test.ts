import * as assert from "node:assert/strict";
import { chooseSubnets, chooseZones, clusterProblem, type SubnetFacts, wayIn } from "../../../components/aws/preflight";

const subnet = (id: string, zone: string, more: Partial<SubnetFacts> = {}): SubnetFacts => ({
  ...{ id, vpcId: "vpc-1", zone: `eu-west-1${zone}`, zoneId: `euw1-az${zone}`, isPublic: false },
  ...more,
});

describe("the zones of a new network", () => {
  it("are the first of the region, in order", () => {
    assert.deepEqual(chooseZones("eu-west-1", ["eu-west-1c", "eu-west-1a", "eu-west-1b"], 2), [
      "eu-west-1a",
      "eu-west-1b",
    ]);
  });

  it("are named where there are too few", () => {
    const line = chooseZones("us-west-1", ["us-west-1b", "us-west-1c"], 3);
    assert.equal(
      line,
      "config aws.vpc.zones: region us-west-1 has 2 zones that EKS can use: us-west-1b, us-west-1c; allowed: a region with 3",
    );
  });
});

describe("the subnets of an existing VPC", () => {
  const both = [subnet("subnet-a", "a"), subnet("subnet-b", "b")];
  const ids = (chosen: SubnetFacts[] | string) => (typeof chosen === "string" ? chosen : chosen.map(({ id }) => id));

  it("are its private ones, or those named", () => {
    const publics = [subnet("subnet-pa", "a", { isPublic: true }), subnet("subnet-pb", "b", { isPublic: true })];
    assert.deepEqual(ids(chooseSubnets("vpc-1", [...both, ...publics], [])), ["subnet-a", "subnet-b"]);
    assert.deepEqual(ids(chooseSubnets("vpc-1", [...both, ...publics], ["subnet-pa", "subnet-pb"])), [
      "subnet-pa",
      "subnet-pb",
    ]);
  });

  it("have to be in two zones: one line names what there is", () => {
    const line = chooseSubnets("vpc-1", [subnet("subnet-a", "a"), subnet("subnet-c", "a")], []);
    assert.equal(
      line,
      "config aws.vpc.id: the private subnets of vpc-1 are in one zone that EKS can use, eu-west-1a; " +
        "allowed: subnets in 2 or more zones; there are: subnet-a (eu-west-1a), subnet-c (eu-west-1a)",
    );
  });

  it("do not count in zones that EKS cannot use", () => {
    const old = subnet("subnet-e", "e", { zoneId: "use1-az3" });
    assert.match(
      String(ids(chooseSubnets("vpc-1", [subnet("subnet-a", "a"), old], []))),
      /are in one zone that EKS can use/,
    );
  });

  it("have to be the VPC's", () => {
    const line = chooseSubnets("vpc-1", both, ["subnet-x"]);
    assert.match(
      line as string,
      /^config aws\.vpc\.subnets: "subnet-x" is not allowed; allowed: subnets of vpc-1: subnet-a /,
    );
    assert.match(chooseSubnets("vpc-2", both, []) as string, /are in no zone that EKS can use; .*there are: none/);
  });
});

describe("a cluster of the same name", () => {
  const wanted = { version: "1.35", stack: "rcluster/dev" };

  it("is the stack's own, or in the way", () => {
    assert.equal(clusterProblem("rcluster-dev", { version: "1.35", stack: "rcluster/dev" }, wanted), undefined);
    assert.match(
      String(clusterProblem("rcluster-dev", { version: "1.35" }, wanted)),
      /^an EKS cluster named rcluster-dev exists and is not of this stack: /,
    );
  });

  it("goes up one version at a time, and never down", () => {
    const problem = (version: string, next: string) =>
      clusterProblem("c", { version, stack: "rcluster/dev" }, { ...wanted, version: next });
    assert.equal(problem("1.34", "1.35"), undefined);
    assert.match(
      String(problem("1.34", "1.36")),
      /^config aws\.version: "1\.36" is not allowed; allowed: 1\.34, 1\.35, as/,
    );
    assert.match(String(problem("1.36", "1.35")), /allowed: 1\.36, as the cluster has 1\.36/);
  });
});

describe("a cluster that the user's new address cannot reach", () => {
  const cluster = { name: "rcluster-dev", region: "eu-west-1" };

  it("is opened by AWS's own command", () => {
    assert.equal(
      wayIn(cluster, ["198.51.100.1/32"], ["203.0.113.7/32", "192.0.2.0/24"]),
      "; its API is open to 198.51.100.1/32: 'aws eks update-cluster-config --region eu-west-1 --name rcluster-dev " +
        "--resources-vpc-config endpointPublicAccess=true,publicAccessCidrs=203.0.113.7/32,192.0.2.0/24' opens it",
    );
  });

  it("has another reason where the addresses are as wanted, or nobody is to reach it", () => {
    assert.equal(wayIn(cluster, ["192.0.2.0/24"], ["192.0.2.0/24"]), "");
    assert.equal(wayIn(cluster, ["192.0.2.0/24"], []), "");
  });
});
