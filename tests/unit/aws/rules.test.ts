import * as assert from "node:assert/strict";
import {
  closedApi,
  encryptedVolumes,
  noWildcards,
  privateRedis,
  rules,
  tagged,
  type Rule,
} from "../../../policy/rules";

const statement = (fields: object) => JSON.stringify({ Statement: [{ Effect: "Allow", ...fields }] });
const service = "kubernetes:core/v1:Service";
const storage = "kubernetes:storage.k8s.io/v1:StorageClass";
const provisioner = "ebs.csi.eks.amazonaws.com";
const mine = { "rcluster:stack": "rcluster/dev" };

// A rule, a resource that breaks it, and the same resource mended.
const cases: [Rule, string, string, Record<string, unknown>, Record<string, unknown>][] = [
  [privateRedis, "a load balancer", service, { spec: { type: "LoadBalancer" } }, { spec: {} }],
  [privateRedis, "a node port", service, { spec: { type: "NodePort" } }, { spec: { type: "ClusterIP" } }],
  [
    privateRedis,
    "a network policy for everybody",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    { spec: { ingress: [{ ports: [{ port: 6379 }] }] } },
    { spec: { ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 6379 }] }] } },
  ],
  [
    privateRedis,
    "a published port",
    "docker:index/container:Container",
    { ports: [{ internal: 6379 }] },
    { ports: [{ internal: 6379, ip: "127.0.0.1" }] },
  ],
  [
    privateRedis,
    "an open security group",
    "aws:ec2/securityGroup:SecurityGroup",
    { ingress: [{ fromPort: 6379, toPort: 6379, cidrBlocks: ["0.0.0.0/0"] }] },
    { ingress: [{ fromPort: 6379, toPort: 6379, cidrBlocks: ["10.0.0.0/16"] }] },
  ],
  [
    encryptedVolumes,
    "a StorageClass",
    storage,
    { provisioner, parameters: { type: "gp3" } },
    { provisioner, parameters: { type: "gp3", encrypted: "true" } },
  ],
  [encryptedVolumes, "a volume", "aws:ebs/volume:Volume", { size: 1 }, { size: 1, encrypted: true }],
  [
    noWildcards,
    "every action",
    "aws:iam/rolePolicy:RolePolicy",
    { policy: statement({ Action: "s3:*", Resource: "arn:aws:s3:::b" }) },
    { policy: statement({ Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" }) },
  ],
  [
    noWildcards,
    "every resource",
    "aws:iam/policy:Policy",
    { policy: statement({ Action: "s3:GetObject", Resource: "*" }) },
    { policy: statement({ Action: "ec2:CreateFleet", Resource: "*", Condition: { StringEquals: { a: "b" } } }) },
  ],
  [
    noWildcards,
    "an administrator",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
    { policyArn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" },
  ],
  [
    closedApi,
    "an API for everybody",
    "aws:eks/cluster:Cluster",
    { vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/0"] } },
    { vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.7/32"] } },
  ],
  [
    closedApi,
    "an API for whom nobody was named",
    "aws:eks/cluster:Cluster",
    { vpcConfig: {} },
    { vpcConfig: { endpointPublicAccess: false } },
  ],
  [tagged, "a VPC", "aws:ec2/vpc:Vpc", { tags: { Name: "x" } }, { tags: mine }],
  [
    tagged,
    "nodes",
    "kubernetes:eks.amazonaws.com/v1:NodeClass",
    { spec: { role: "r" } },
    { spec: { role: "r", tags: mine } },
  ],
  [
    tagged,
    "volumes",
    storage,
    { provisioner, parameters: {} },
    { provisioner, parameters: { tagSpecification_1: "rcluster:stack=rcluster/dev" } },
  ],
];

describe("the policy pack", () => {
  for (const [rule, title, type, bad, good] of cases) {
    it(`${rule.name} refuses ${title}`, () => {
      assert.equal(rule.check({ type, props: bad }).length, 1);
      assert.deepEqual(rule.check({ type, props: good }), []);
    });
  }

  it("has a test that breaks each rule", () => {
    for (const rule of rules)
      assert.ok(
        cases.some(([broken]) => broken === rule),
        rule.name,
      );
  });

  it("lets an open API pass where it was asked for", () => {
    const open = { type: "aws:eks/cluster:Cluster", props: { vpcConfig: { publicAccessCidrs: ["0.0.0.0/0"] } } };
    assert.equal(closedApi.check(open).length, 1);
    assert.deepEqual(closedApi.check(open, { publicApi: true }), []);
  });
});
