import * as assert from "node:assert/strict";
import { account, AwsProject, region } from "./aws/project";

process.env.AWS_REGION ??= region;

// All resource types of AWS that a stack can make.
const config = {
  "aws.encryption": "own",
  "aws.vpc.ecrEndpoints": "true",
  "aws.bucket": "delete",
  "aws.budget.monthly": "50",
  "aws.budget.email": "me@example.org",
  workers: "1",
};

describe("AWS refuses to make something", function () {
  this.timeout(3_600_000); // dozens of stacks, one after the other
  const project = new AwsProject();
  let types: string[] = [];
  before(async () => {
    await project.create(config);
    await project.labelNodes();
    types = await project.awsTypes();
    assert.ok(types.length >= 24, types.join(" "));
  });
  after(() => project.remove());

  it("of any type, and the next up goes on from there, to the end", async () => {
    const named = new Set<string>();
    let done = false;
    for (let tries = 0; !done && tries < types.length; tries++) {
      const { code, output } = await project.upWithout(...types);
      done = code === 0;
      for (const type of types) if (failed(output, type)) named.add(type);
    }
    assert.ok(done, "up never came to an end");
    assert.deepEqual(
      types.filter((type) => !named.has(type)),
      [],
      "each has failed",
    );
    assert.equal(await project.r("cat(sum(unlist(foreach(i = 1:10) %dopar% i)))"), "55");
    await project.destroy();
    assert.deepEqual(await account(), []);
  });

  it("of any type, and destroy cleans up what was made before", async () => {
    for (const type of types) {
      const { code } = await project.upWithout(type);
      assert.notEqual(code, 0, `${type}: up has succeeded`);
      await project.destroy();
      assert.deepEqual(await account(), [], type);
    }
    assert.deepEqual(await project.leftovers(), []);
  });
});

/** Whether the making of a resource of the type, "aws:ec2:Vpc" for "aws:ec2/vpc:Vpc", failed. */
function failed(output: string, type: string): boolean {
  return new RegExp(`${type.replace(/\/\w+:/, ":")} \\S+ \\*\\*creating failed`).test(output);
}
