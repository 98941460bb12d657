import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { account, AwsProject, region } from "./aws/project";
import { kubectl } from "./kubernetes/kubectl";
import { success } from "./project";

process.env.AWS_REGION ??= region;

// One cluster goes through what a user does with it, in this order.
describe("a cluster on AWS", () => {
  const project = new AwsProject();
  before(async () => {
    assert.deepEqual(await account(), [], "the account is empty");
    await project.create({ "aws.bucket": "delete", "aws.budget.monthly": "50", "aws.budget.email": "me@example.org" });
    await project.labelNodes();
  });
  after(() => project.remove());

  it("is previewed with its cost, and keeps to the policy pack where it is asked to be open", async () => {
    const packConfig = project.path("policy-settings.json");
    fs.writeFileSync(packConfig, JSON.stringify({ "closed-api": { publicApi: true } }));
    const preview = (...args: string[]) => project.pulumi(["preview", "--policy-pack", "policy", ...args]);
    const { code, output } = await preview("--policy-pack-config", packConfig);
    assert.equal(code, 0, output);
    assert.match(output, /the cluster costs about 0\.\d\d USD an hour without workers, 0\.\d\d with 2/);
    const refused = await preview();
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /closed-api/);
    assert.deepEqual(await account(), [], "nothing was made");
  });

  it("comes up from nothing, with Redis, two workers and a master", async () => {
    await project.up();
    assert.deepEqual(await project.podNames("redis"), ["redis-0"]);
    assert.equal((await project.pods("worker")).length, 2);
    const { platform, image } = await project.cluster();
    assert.equal(platform, "eks");
    assert.match(image, /@sha256:[0-9a-f]{64}$/);
    assert.match(
      await project.output("login"),
      new RegExp(`^"aws eks update-kubeconfig --name rcluster-${project.stack} `),
    );
  });

  it("runs the example's hundred tasks by the command in its outputs", async () => {
    const { commands } = await project.cluster();
    const example = fs.readFileSync(project.path("examples/first.R"), "utf8");
    const output = await success("sh", ["-c", `${commands.rscript} -e "$1"`, "sh", example], { cwd: project.folder });
    assert.match(output, /^100 tasks done/);
    for (const worker of await project.podNames("worker")) assert.match(output, new RegExp(worker));
  });

  it("tells R its bucket, and holds no key to it", async () => {
    const bucket = JSON.parse(await project.output("bucket")) as string;
    assert.equal(await project.r("cat(Sys.getenv('RCLUSTER_BUCKET'))"), bucket);
    const code = "cat(foreach(i = 1, .combine = c) %dopar% Sys.getenv('RCLUSTER_BUCKET'))";
    assert.equal(await project.r(code), bucket);
    const { output } = await project.pulumi(["stack", "export", "--show-secrets"]);
    assert.doesNotMatch(output, /AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)/);
  });

  it("changes nothing on a second up, nor after a refresh", () => project.settled());

  it("scales 2 -> 3 -> 1 and changes nothing but the workers", async () => {
    for (const workers of ["3", "1"]) {
      await project.set({ workers });
      const { output } = await project.up();
      assert.match(output, /Resources:\s+~ 1 updated\s/);
    }
    assert.equal((await project.pods("worker")).length, 1);
  });

  it("takes a new tag without replacing anything on AWS, or any volume or pod", async () => {
    const [claims, pods] = [await project.kubectl("get", "pvc", "--output", "name"), await project.identities()];
    await project.set({ "aws.tags.team": "stats" });
    const { output } = await project.up();
    assert.match(output, /aws:eks:Cluster cluster-eks updated/);
    assert.doesNotMatch(output, /(aws|PersistentVolumeClaim)\S* \S+ (replac|delet)/);
    assert.equal(await project.kubectl("get", "pvc", "--output", "name"), claims);
    assert.deepEqual(await project.identities(), pods);
  });

  it("says in one line what cannot become of a cluster that exists", async () => {
    const [line, ...others] = await project.problem({ "data.size": "512Mi" });
    assert.match(String(line), /^error: config data\.size: 512Mi is not allowed; allowed: 1Gi or more/);
    assert.deepEqual(others, []);
    assert.match(
      String((await project.problem({ "aws.version": "1.34" }))[0]),
      /allowed: 1\.35, 1\.36, as the cluster has/,
    );
  });

  it("leaves an empty account and a clean Kubernetes after destroy, and a second one does no harm", async () => {
    await project.destroy();
    assert.deepEqual(await account(), []);
    assert.deepEqual(await project.leftovers(), []);
    assert.equal(await kubectl("get", "nodepools,nodeclasses", "--output", "name"), "");
    await project.destroy();
    assert.deepEqual(await account(), []);
  });
});
