import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ForeignNetwork } from "./aws/network";
import { account, AwsProject, region } from "./aws/project";

process.env.AWS_REGION ??= region;

describe("what goes wrong on AWS, before anything is made", () => {
  const project = new AwsProject();
  let before_: string[] = [];
  before(async () => {
    await project.create();
    before_ = await account();
  });
  after(() => project.remove());

  async function oneLine(config: Record<string, string>, message: RegExp, env: NodeJS.ProcessEnv = {}): Promise<void> {
    const lines = await project.problem(config, env);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", message);
    assert.deepEqual(await account(), before_, "something was made");
  }

  const cases: [Record<string, string>, RegExp][] = [
    [{ "aws.version": "1.20" }, /^error: config aws\.version: "1\.20" is not allowed; allowed: 1\.34, /],
    [
      { "aws.vpc.cidr": "10.0.0.0/28" },
      /^error: config aws\.vpc\.cidr: "10\.0\.0\.0\/28" is not allowed; allowed: a priv/,
    ],
    [{ "aws.admins[0]": "arn:aws:iam::123456789012:role/nobody" }, /^error: config aws\.admins: .* an existing role/],
    [
      { "aws.nodes.maxCpus": "1", workers: "40" },
      /^error: config aws\.nodes\.maxCpus: 1 is too few .*allowed: 6 or more/,
    ],
    [
      { "image.platform": "linux/arm64" },
      /^error: config image\.platform: "linux\/arm64" is not allowed; allowed: linux/,
    ],
  ];
  for (const [config, message] of cases) {
    it(`one line for ${Object.entries(config).flat().join(" = ")}`, function () {
      if (config["image.platform"] && process.arch === "arm64") config["image.platform"] = "linux/amd64";
      return oneLine(config, message);
    });
  }

  it("one line for a region that there is not, and for none", async () => {
    await oneLine({}, /^error: config aws:region: "eu-wset-1" is not allowed; allowed: /, { AWS_REGION: "eu-wset-1" });
    const none = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined, AWS_CONFIG_FILE: "/no/such/file" };
    await oneLine({}, /^error: config aws:region: is not set, nor is AWS_REGION; allowed: /, none);
  });

  it("one line for nobody logged in", async () => {
    const nobody = {
      ...{ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_PROFILE: undefined },
      ...{ AWS_CONFIG_FILE: "/no/such/file", AWS_SHARED_CREDENTIALS_FILE: "/no/such/file" },
      AWS_EC2_METADATA_DISABLED: "true",
    };
    await oneLine({}, /^error: not logged in to AWS: .*; try 'aws configure' or 'aws sso login'/, nobody);
  });

  it("one line for a machine without the AWS command line", async () => {
    const PATH = project.path("bin");
    fs.mkdirSync(PATH);
    for (const folder of (process.env.PATH ?? "").split(path.delimiter).filter((each) => fs.existsSync(each))) {
      for (const program of fs.readdirSync(folder).filter((name) => name !== "aws")) {
        if (!fs.existsSync(path.join(PATH, program)))
          fs.symlinkSync(path.join(folder, program), path.join(PATH, program));
      }
    }
    await oneLine({}, /^error: the AWS command line \(aws\) is not installed: see https:/, { PATH });
  });

  it("one line for an existing VPC with one zone, which will do with two", async () => {
    const network = new ForeignNetwork(project.folder, project.path("node_modules"), {});
    try {
      const id = await network.up("a");
      before_ = await account();
      await oneLine(
        { "aws.vpc.id": id },
        /^error: config aws\.vpc\.id: the private subnets of vpc-\w+ are in one zone .*a; allowed: subnets in 2 or more/,
      );
      await network.up("ab");
      await project.set({ "aws.vpc.id": id });
      const { code, output } = await project.pulumi(["preview"]);
      assert.equal(code, 0, output);
      assert.doesNotMatch(output, /aws:ec2:(Vpc|Subnet|NatGateway)/);
      assert.match(output, /aws:eks:Cluster cluster-eks create/);
    } finally {
      await network.remove();
    }
  });
});
