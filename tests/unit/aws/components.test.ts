import * as assert from "node:assert/strict";
import { EksCluster } from "../../../components/aws";
import { rules } from "../../../policy/rules";
import { ofType, register, resolve, secretMark, type Registered } from "../mocks";
import { admin, everything, type Wish } from "./program";

const known = new Map<string, Promise<Registered[]>>();

/** What the program makes for a wish; each wish is run once. */
function all(wish: Wish, preview: boolean): Promise<Registered[]> {
  const key = JSON.stringify([wish, preview]);
  const made = known.get(key) ?? register(everything(wish), preview);
  known.set(key, made);
  return made;
}

const one = (made: readonly Registered[], type: string, name?: string): Record<string, unknown> => {
  const found = ofType(made, type).filter((resource) => name === undefined || resource.name === name);
  assert.equal(found.length, 1, `${type} ${name ?? ""}`);
  return (found[0] as Registered).inputs;
};
const policy = (inputs: Record<string, unknown>, key = "policy") =>
  JSON.parse(inputs[key] as string) as { Statement: Record<string, unknown>[] };

for (const preview of [false, true]) {
  describe(`aws components, ${preview ? "preview" : "update"}`, () => {
    for (const encryption of ["aws", "own"] as const) {
      it(`keep to every rule of the policy pack, with keys of ${encryption === "aws" ? "AWS" : "their own"}`, async () => {
        const made = await all({ encryption, ecrEndpoints: true }, preview);
        assert.ok(made.length > 45, String(made.length));
        for (const { type, name, inputs } of made) {
          for (const rule of rules) assert.deepEqual(rule.check({ type, props: inputs }), [], `${rule.name}: ${name}`);
        }
      });
    }

    it("make a network whose nodes get out by NAT, one for all zones or one for each", async () => {
      for (const natGateways of [1, 2]) {
        const made = await all({ natGateways }, preview);
        assert.equal(ofType(made, "aws:NatGateway").length, natGateways);
        const routes = ofType(made, "aws:Route").filter(({ inputs }) => "natGatewayId" in inputs);
        assert.deepEqual(new Set(routes.map(({ inputs }) => inputs.natGatewayId)).size, natGateways);
        assert.equal(routes.length, 2);
      }
    });

    it("put nodes into the public subnets without NAT", async () => {
      const made = await all({ natGateways: 0 }, preview);
      assert.equal(ofType(made, "aws:NatGateway").length, 0);
      assert.deepEqual(spec(one(made, "kubernetes:NodeClass")).advancedNetworking, { associatePublicIPAddress: true });
      for (const { inputs, name } of ofType(made, "aws:Subnet")) {
        assert.equal(inputs.mapPublicIpOnLaunch, name.includes("public"), name);
      }
    });

    it("run the cluster in Auto Mode, without AWS's own node pools", async () => {
      const cluster = one(await all({}, preview), "aws:Cluster");
      assert.deepEqual(cluster.computeConfig, { enabled: true });
      assert.deepEqual(cluster.storageConfig, { blockStorage: { enabled: true } });
      assert.deepEqual(cluster.kubernetesNetworkConfig, { elasticLoadBalancing: { enabled: true } });
      assert.equal(cluster.bootstrapSelfManagedAddons, false);
      assert.deepEqual(cluster.accessConfig, {
        authenticationMode: "API",
        bootstrapClusterCreatorAdminPermissions: true,
      });
      assert.deepEqual(cluster.upgradePolicy, { supportType: "STANDARD" });
    });

    it("give each role the policies that AWS's guide names, and no others", async () => {
      const made = await all({}, preview);
      const attached = (role: string) =>
        ofType(made, "aws:RolePolicyAttachment")
          .filter(({ inputs }) => inputs.role === `${role}-made`)
          .map(({ inputs }) => String(inputs.policyArn))
          .sort();
      assert.deepEqual(
        attached("cluster-control"),
        [
          ...["AmazonEKSBlockStoragePolicy", "AmazonEKSClusterPolicy", "AmazonEKSComputePolicy"],
          ...["AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy"],
        ].map((name) => `arn:aws:iam::aws:policy/${name}`),
      );
      assert.deepEqual(
        attached("cluster-node"),
        ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodeMinimalPolicy"].map(
          (name) => `arn:aws:iam::aws:policy/${name}`,
        ),
      );
    });

    it("let only the right service take each role", async () => {
      const made = await all({}, preview);
      const trust = (role: string) => policy(one(made, "aws:Role", role), "assumeRolePolicy").Statement;
      assert.deepEqual(trust("cluster-control"), [
        {
          Effect: "Allow",
          Principal: { Service: "eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
      ]);
      assert.deepEqual(trust("cluster-node"), [
        { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: ["sts:AssumeRole"] },
      ]);
      const [pods = {}, ...others] = trust("bucket-pods");
      assert.deepEqual(others, []);
      assert.deepEqual(pods.Principal, { Service: "pods.eks.amazonaws.com" });
      assert.deepEqual(pods.Condition, {
        StringEquals: {
          "aws:RequestTag/eks-cluster-arn": "arn:aws:eks/cluster::123456789012:cluster-eks",
          "aws:RequestTag/kubernetes-namespace": "rcluster-test",
          "aws:RequestTag/kubernetes-service-account": "rcluster-r",
        },
      });
    });

    it("let nodes join by an entry of their kind, and only named roles administer", async () => {
      const made = await all({}, preview);
      const entries = ofType(made, "aws:AccessEntry").map(({ inputs }) => [inputs.principalArn, inputs.type]);
      assert.deepEqual(entries.sort(), [
        ["arn:aws:iam/role::123456789012:cluster-node", "EC2"],
        [admin, "STANDARD"],
      ]);
      const policies = ofType(made, "aws:AccessPolicyAssociation").map(({ inputs }) => inputs.policyArn);
      assert.deepEqual(policies.sort(), [
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy",
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      ]);
    });

    it("open the API to the networks named, and to none with an empty list", async () => {
      const config = async (publicAccess: readonly string[]) =>
        one(await all({ publicAccess }, preview), "aws:Cluster").vpcConfig as Record<string, unknown>;
      assert.partialDeepStrictEqual(await config(["203.0.113.7/32"]), {
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: ["203.0.113.7/32"],
      });
      const closed = await config([]);
      assert.equal(closed.endpointPublicAccess, false);
      assert.ok(!("publicAccessCidrs" in closed));
    });

    it("enforce network policies", async () => {
      const made = await all({}, preview);
      assert.equal(spec(one(made, "kubernetes:NodeClass")).networkPolicy, "DefaultAllow");
      assert.partialDeepStrictEqual(one(made, "kubernetes:ConfigMap"), {
        metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
        data: { "enable-network-policy-controller": "true" },
      });
    });

    it("take spot nodes for workers only, and take no node away that is in use", async () => {
      const made = await all({ capacity: "spot" }, preview);
      const requirement = (name: string, key: string) =>
        (nodeTemplate(one(made, "kubernetes:NodePool", name)).requirements as { key: string; values: string[] }[]).find(
          (entry) => entry.key === key,
        )?.values;
      assert.deepEqual(requirement("nodes-worker", "karpenter.sh/capacity-type"), ["spot"]);
      assert.deepEqual(requirement("nodes-core", "karpenter.sh/capacity-type"), ["on-demand"]);
      for (const pool of ["nodes-worker", "nodes-core"]) {
        assert.deepEqual(requirement(pool, "kubernetes.io/arch"), ["arm64"]);
        assert.deepEqual(spec(one(made, "kubernetes:NodePool", pool)).disruption, {
          consolidationPolicy: "WhenEmpty",
          consolidateAfter: "60s",
          budgets: [
            { nodes: "100%", reasons: ["Empty"] },
            { nodes: "0", reasons: ["Drifted"] },
          ],
        });
      }
    });

    it("bound the workers' nodes by cores and families", async () => {
      const made = await all({ families: ["c7g"] }, preview);
      const pool = one(made, "kubernetes:NodePool", "nodes-worker");
      assert.deepEqual(spec(pool).limits, { cpu: "64" });
      const { requirements } = nodeTemplate(pool);
      assert.ok(
        JSON.stringify(requirements).includes('"eks.amazonaws.com/instance-family","operator":"In","values":["c7g"]'),
      );
      assert.ok(!JSON.stringify(requirements).includes("instance-category"));
    });

    it("use one key of their own for secrets, disks, images, logs and the bucket", async () => {
      const made = await all({ encryption: "own" }, preview);
      const key = "arn:aws:kms/key::123456789012:cluster-key";
      assert.deepEqual(one(made, "aws:Cluster").encryptionConfig, {
        resources: ["secrets"],
        provider: { keyArn: key },
      });
      assert.equal(one(made, "aws:LogGroup").kmsKeyId, key);
      assert.deepEqual(one(made, "aws:Repository").encryptionConfigurations, [{ encryptionType: "KMS", kmsKey: key }]);
      assert.equal((one(made, "kubernetes:StorageClass").parameters as Record<string, string>).kmsKeyId, key);
      assert.equal((spec(one(made, "kubernetes:NodeClass")).ephemeralStorage as Record<string, string>).kmsKeyID, key);
      assert.ok(JSON.stringify(one(made, "aws:BucketServerSideEncryptionConfiguration")).includes(key));
      assert.equal(one(made, "aws:Key").enableKeyRotation, true);
    });

    it("show no secret in plain text", async () => {
      const made = await all({}, preview);
      for (const { name, inputs } of made.filter(({ type }) => !type.startsWith("docker:"))) {
        assert.doesNotMatch(JSON.stringify(inputs), /an-ecr-token/, name);
      }
      const { registry } = one(made, "docker:Image") as { registry: Record<string, unknown> };
      assert.ok(secretMark in registry, "who pushes is a secret as a whole");
    });
  });
}

describe("the kubeconfig of an EKS cluster", () => {
  it("logs in by the AWS CLI, in the cluster's region, and holds no secret", async () => {
    let cluster: EksCluster | undefined;
    await register(everything({}, (made) => (cluster = made.cluster)));
    const { value, secret } = await resolve((cluster as EksCluster).kubeconfig);
    assert.equal(secret, false);
    const { exec } =
      (JSON.parse(value) as { users: { user: { exec: Record<string, unknown> } }[] }).users[0]?.user ?? {};
    assert.equal(exec?.command, "aws");
    assert.equal(
      (exec.args as string[]).join(" "),
      "--region eu-west-1 eks get-token --cluster-name rcluster-test --output json",
    );
    assert.doesNotMatch(value, /token"?:/);
  });
});

function spec(inputs: Record<string, unknown>): Record<string, unknown> {
  return inputs.spec as Record<string, unknown>;
}

function nodeTemplate(pool: Record<string, unknown>): Record<string, unknown> {
  return (spec(pool).template as { spec: Record<string, unknown> }).spec;
}
