import * as assert from "node:assert/strict";
import { region } from "./aws/project";
import { Library } from "./library";

process.env.AWS_REGION ??= region;

const program = `
import * as k8s from "@pulumi/kubernetes";
import { AutoNodes, EksCluster, Network } from "rcluster/aws";

const tags = { team: "stats" };
const place = { account: "123456789012", region: "${region}", partition: "aws" };
const network = new Network("network", {
  cidr: "10.0.0.0/16", zones: ["${region}a", "${region}b"], natGateways: 1, region: place.region, tags,
});
const cluster = new EksCluster("cluster", {
  clusterName: "own", place, network, version: "1.35", publicAccess: ["203.0.113.7/32"], admins: [],
  encryption: "aws", logTypes: [], logDays: 30, tags,
});
const provider = new k8s.Provider("kubernetes", { kubeconfig: cluster.kubeconfig });
new AutoNodes("nodes", {
  cluster, network, instance: "own", storageClass: "own", architecture: "arm64", capacity: "spot", maxCpus: 16, tags,
}, { providers: [provider] });
export const kubeconfig = cluster.kubeconfig;
`;

describe("rcluster as a library for AWS", () => {
  const library = new Library();
  before(() => library.create());
  after(() => library.remove());

  it("is imported, type-checked and previewed by an empty Pulumi project", async () => {
    const output = await library.preview(program);
    for (const component of ["Network", "EksCluster", "AutoNodes"]) {
      assert.match(output, new RegExp(`rcluster:aws:${component}`));
    }
  });
});
