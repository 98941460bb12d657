import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { costLine, costOf, nodesFor } from "../../../components/aws/cost";
import { prices } from "../../../components/aws/prices";
import { parseConfig } from "../../../stacks/config";
import * as plan from "../../../stacks/eks/plan";
import { placementOf, poolsOf } from "../../../stacks/kubernetes/plan";

const aws = (keys: object = {}, others: Record<string, string> = {}) =>
  parseConfig({ platform: "eks", aws: JSON.stringify({ publicAccess: ["203.0.113.7/32"], ...keys }), ...others });
const names = plan.eksNames("dev", "123456789012");
const place = { platform: "linux/arm64", region: "eu-west-1" };

function errorOf(texts: Record<string, string>): string {
  try {
    parseConfig({ platform: "eks", ...texts });
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("config of platform eks", () => {
  it("has defaults for all but who may reach the API", () => {
    assert.match(errorOf({}), /^config aws\.publicAccess: is not set; allowed: .*checkip\.amazonaws\.com/);
    const config = aws();
    assert.equal(config.aws.version, "1.35");
    assert.deepEqual(config.aws.vpc, {
      cidr: "10.0.0.0/16",
      zones: 2,
      natGateways: 1,
      ecrEndpoints: false,
      subnets: [],
    });
    assert.deepEqual(config.aws.nodes, { capacity: "spot-first", families: [], maxCpus: 64 });
    assert.equal(config.aws.encryption, "aws");
    assert.equal(config.aws.bucket, "none");
  });

  it("takes `all` and `none` for networks", () => {
    assert.deepEqual(aws({ publicAccess: "all" }).aws.publicAccess, ["0.0.0.0/0"]);
    assert.deepEqual(aws({ publicAccess: "none" }).aws.publicAccess, []);
    assert.deepEqual(aws({ publicAccess: "203.0.113.7/32" }).aws.publicAccess, ["203.0.113.7/32"]);
  });

  const bad: [object, string][] = [
    [{ publicAccess: ["me"] }, 'aws.publicAccess[0]: "me" is not allowed; allowed: all, none'],
    [{ version: "1.20" }, 'aws.version: "1.20" is not allowed; allowed: 1.34, 1.35, 1.36'],
    [
      { vpc: { cidr: "10.0.0.0/28" } },
      'aws.vpc.cidr: "10.0.0.0/28" is not allowed; allowed: a private network from /16',
    ],
    [{ vpc: { zones: 1 } }, "aws.vpc.zones: 1 is not allowed; allowed: 2 or 3"],
    [{ vpc: { natGateways: 3 } }, "aws.vpc.natGateways: 3 is not allowed; allowed: 0, 1, or one for each"],
    [
      { vpc: { id: "vpc-0a1b", natGateways: 2 } },
      "aws.vpc.id: names an existing VPC, so aws.vpc.natGateways has no effect",
    ],
    [{ vpc: { subnets: ["subnet-0a1b"] } }, "aws.vpc.subnets: is not set without aws.vpc.id"],
    [{ admins: ["arn:aws:sts::123456789012:assumed-role/team/me"] }, 'aws.admins[0]: "arn:aws:sts::'],
    [
      { nodes: { capacity: "cheap" } },
      'aws.nodes.capacity: "cheap" is not allowed; allowed: spot-first, spot or on-demand',
    ],
    [{ logDays: 31 }, "aws.logDays: 31 is not allowed; allowed: one of 1, 3,"],
    [{ tags: { Name: "x" } }, 'aws.tags.Name: "x" is not allowed; allowed: names and values of tags'],
    [{ budget: { monthly: 0, email: "me@example.org" } }, "aws.budget.monthly: 0 is not allowed; allowed: US dollars"],
    [{ budget: { monthly: 5 } }, "aws.budget.email: is not set; allowed: an e-mail address"],
  ];
  for (const [keys, line] of bad) {
    it(`refuses ${JSON.stringify(keys)} in one line`, () => {
      const message = errorOf({ aws: JSON.stringify({ publicAccess: "none", ...keys }) });
      assert.equal(message.split("\n").length, 1, message);
      assert.ok(message.startsWith(`config ${line}`), message);
    });
  }

  it("says what the stack makes itself, and what there is instead", () => {
    const message = (others: Record<string, string>) => errorOf({ aws: '{"publicAccess":"none"}', ...others });
    assert.match(
      message({ registry: "registry.example.org/team" }),
      /^config registry: has no effect on platform eks: .*ECR/,
    );
    assert.match(
      message({ data: '{"onDestroy":"keep"}' }),
      /^config data\.onDestroy: .*aws\.bucket is for files that stay/,
    );
    assert.match(
      message({ kubernetes: '{"context":"x"}' }),
      /^config kubernetes: .*platform kubernetes is for one that exists/,
    );
    assert.match(message({ image: '{"ref":"team/r:1"}' }), /^config image\.platform: is not set/);
    assert.match(message({ image: '{"pullSecret":"pull"}' }), /^config image\.pullSecret: .*image\.username and /);
    const login = { username: "me", password: "hush" };
    assert.match(message({ image: JSON.stringify(login) }), /^config image\.username: .*; allowed: with image\.ref$/);
    const ref = { ref: "registry.example.org/team/r:1", platform: "linux/amd64" };
    assert.equal(message({ image: JSON.stringify({ ...ref, ...login }) }), "");
    assert.match(message({ image: JSON.stringify({ ...ref, username: "me" }) }), /^config image\.username: goes with /);
    assert.match(message({ master: '{"ports":8080}' }), /^config master\.ports: has no effect on platform eks/);
  });

  it("has no effect elsewhere, and says so", () => {
    assert.throws(() => parseConfig({ platform: "docker", aws: "{}" }), /config aws: has no effect on platform docker/);
  });
});

describe("a stack on AWS", () => {
  it("has names of its own, short enough for AWS", () => {
    assert.deepEqual(
      [names.cluster, names.repository, names.bucket],
      ["rcluster-dev", "rcluster/dev", "rcluster-dev-123456789012"],
    );
    for (const stack of ["My_Stack", "-x-", "a".repeat(100), "dev.2"]) {
      const { cluster, repository, bucket } = plan.eksNames(stack, "123456789012");
      assert.match(cluster, /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/);
      assert.match(repository, /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/);
      assert.match(bucket, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
    }
  });

  it("marks everything with its tag, which the user's tags do not take the place of", () => {
    assert.deepEqual(plan.tagsOf(aws({ tags: { team: "stats" } }), "rcluster", "dev"), {
      team: "stats",
      "rcluster:stack": "rcluster/dev",
    });
  });

  it("puts each pod on the nodes of its pool, besides what the user asks for", () => {
    const wished = aws({}, { worker: '{"nodeSelector":{"karpenter.sh/capacity-type":"spot"}}' });
    const config = plan.configOnEks(wished, names, place);
    const arch = { "kubernetes.io/arch": "arm64" };
    assert.deepEqual(poolsOf(config)[0]?.placement.nodeSelector, {
      ...arch,
      "karpenter.sh/capacity-type": "spot",
      "rcluster.node.worker": "dev",
    });
    const core = { "rcluster.node.core": "dev" };
    assert.deepEqual(placementOf(config.master, config.image.platform).nodeSelector, { ...arch, ...core });
    assert.deepEqual(config.redis.nodeSelector, core);
    assert.deepEqual(config.job.nodeSelector, core);
    assert.equal(config.kubernetes.storageClass, "rcluster-dev");
  });

  it("puts pools with a selector of their own there too", () => {
    const pools =
      '[{"name":"big","workers":1,"nodeSelector":{"karpenter.sh/capacity-type":"on-demand"}},{"name":"small","workers":2}]';
    const found = poolsOf(plan.configOnEks(aws({}, { pools }), names, place)).map(
      ({ placement }) => placement.nodeSelector,
    );
    for (const selector of found) assert.equal(selector?.["rcluster.node.worker"], "dev");
    assert.equal(found[0]?.["karpenter.sh/capacity-type"], "on-demand");
  });

  it("tells R its bucket, and lets it reach where its credentials come from", () => {
    const config = plan.configOnEks(aws({ bucket: "delete" }, { egress: '["10.0.0.0/8"]' }), names, place);
    assert.deepEqual(config.worker.env, {
      RCLUSTER_BUCKET: "rcluster-dev-123456789012",
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
    });
    assert.deepEqual(config.egress, ["10.0.0.0/8", "169.254.170.23/32"]);
    assert.deepEqual(plan.configOnEks(aws(), names, place).worker.env, {});
    assert.deepEqual(plan.bucketOf(aws({ bucket: "my-results" }), names), { bucketName: "my-results", existing: true });
  });

  it("says when workers want more cores than their nodes may have, or GPUs that no family has", () => {
    assert.equal(plan.nodeProblem(aws({}, { workers: "48" })), undefined);
    assert.match(
      String(plan.nodeProblem(aws({}, { workers: "64" }))),
      /^config aws\.nodes\.maxCpus: 64 is too few .*allowed: 83/,
    );
    assert.match(
      String(plan.nodeProblem(aws({}, { worker: '{"gpu":1}' }))),
      /^config worker\.gpu: .*aws\.nodes\.families/,
    );
    assert.equal(plan.nodeProblem(aws({ nodes: { families: ["g5"] } }, { worker: '{"gpu":1}' })), undefined);
  });
});

describe("the cost of a cluster", () => {
  const cost = (keys: object, others: Record<string, string>) =>
    costOf(plan.billOf(aws(keys, others), "linux/arm64", false));

  it("is the sum of its parts, and without workers that of what stays", () => {
    const { parts, perHour, idlePerHour } = cost({ encryption: "own" }, { workers: "8" });
    const sum = Object.values(parts).reduce((all, part) => all + part, 0);
    assert.ok(Math.abs(sum - perHour) < 0.005, String(sum));
    assert.ok(Math.abs(perHour - idlePerHour - (parts.workerNodes ?? 0)) < 0.002);
    assert.deepEqual(Object.keys(parts).sort(), [
      "controlPlane",
      "coreNodes",
      "key",
      "network",
      "volumes",
      "workerNodes",
    ]);
    assert.equal(parts.controlPlane, prices.controlPlane);
  });

  it("grows with workers, NAT gateways and endpoints, and not with workers that there are not", () => {
    const none = cost({}, { workers: "0" });
    assert.equal(none.perHour, none.idlePerHour);
    assert.ok(cost({}, { workers: "4" }).perHour > cost({}, { workers: "2" }).perHour);
    const network = (vpc: object) => cost({ vpc }, { workers: "0" }).parts.network ?? 0;
    assert.equal(network({ natGateways: 0 }), 0);
    assert.equal(network({ natGateways: 2 }), 2 * network({ natGateways: 1 }));
    assert.ok(network({ ecrEndpoints: true }) > network({}));
  });

  it("counts nodes by cores or memory, whichever takes more", () => {
    assert.equal(nodesFor({ cpus: 0, memory: 0 }), 0);
    assert.equal(nodesFor({ cpus: 1, memory: 2 ** 31 }), 1);
    assert.equal(nodesFor({ cpus: 2, memory: 2 ** 31 }), 2);
    assert.equal(nodesFor({ cpus: 1, memory: 30 * 2 ** 30 }), 5);
  });

  it("is told in one line that names region and date of the prices", () => {
    assert.match(
      costLine(cost({}, { workers: "2" }), 2),
      /^the cluster costs about 0\.\d\d USD an hour without workers, 0\.\d\d with 2 \(on demand, prices of us-east-1 in 2026-06; /,
    );
  });

  it("is what README.md says it is", () => {
    const readme = fs.readFileSync("README.md", "utf8");
    for (const workers of ["0", "2", "8", "32"]) {
      const price = (platform: string) => costOf(plan.billOf(aws({}, { workers }), platform, false)).perHour.toFixed(3);
      const row = new RegExp(`\\| ${workers} +\\| ${price("linux/arm64")} +\\| ${price("linux/amd64")} +\\|`);
      assert.match(readme, row);
    }
  });
});
