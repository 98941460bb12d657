import * as assert from "node:assert/strict";
import { findIdentity, principal, type Cli } from "../../../components/aws/identity";

const user = { Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/me" };

function cli(answers: Record<string, string | Error>): Cli & { readonly calls: string[] } {
  const calls: string[] = [];
  const run = (...args: string[]) => {
    calls.push(args.join(" "));
    const answer = answers[args.slice(0, 2).join(" ")] ?? new Error(`no answer to ${args.join(" ")}`);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return Object.assign(run, { calls });
}

const failure = (stderr: string) => Object.assign(new Error("exit code 254"), { stderr });
const installed = { "--version": "aws-cli/2", "sts get-caller-identity": JSON.stringify(user) };

const refuses = async (promise: Promise<unknown>, message: RegExp) => {
  await assert.rejects(promise, (error: Error) => {
    assert.equal(error.message.split("\n").length, 1, error.message);
    assert.match(error.message, message);
    return true;
  });
};

describe("who is logged in to AWS", () => {
  it("is told by the AWS CLI, with the region and profile in use", async () => {
    const run = cli(installed);
    assert.deepEqual(await findIdentity({ region: "eu-west-1", profile: "work" }, {}, run), {
      ...{ account: "123456789012", arn: user.Arn, region: "eu-west-1", partition: "aws", profile: "work" },
    });
    assert.ok(run.calls.includes("sts get-caller-identity --output json --region eu-west-1 --profile work"));
  });

  it("has the region of the config, else of the environment, else of the profile", async () => {
    const run = () => cli({ ...installed, "configure get": "us-west-2\n" });
    const region = async (wish: object, env: NodeJS.ProcessEnv) => (await findIdentity(wish, env, run())).region;
    assert.equal(await region({ region: "eu-west-1" }, { AWS_REGION: "us-east-1" }), "eu-west-1");
    assert.equal(await region({}, { AWS_REGION: "us-east-1" }), "us-east-1");
    assert.equal(await region({}, { AWS_DEFAULT_REGION: "us-east-2" }), "us-east-2");
    assert.equal(await region({}, {}), "us-west-2");
  });

  it("is nobody without the AWS CLI, which is named", async () => {
    await refuses(findIdentity({}, {}, cli({})), /^the AWS command line \(aws\) is not installed: see https:/);
  });

  it("is nowhere without a region, or in one that there is not", async () => {
    const run = cli({ "--version": "aws-cli/2", "configure get": failure("") });
    await refuses(findIdentity({}, {}, run), /^config aws:region: is not set, nor is AWS_REGION; allowed: /);
    await refuses(
      findIdentity({ region: "eu-wset-1" }, {}, run),
      /^config aws:region: "eu-wset-1" is not allowed; allowed: /,
    );
  });

  it("is nobody without credentials, or with expired ones: the CLI's reason and what to do", async () => {
    const run = cli({
      "--version": "aws-cli/2",
      "sts get-caller-identity": failure(
        '\naws: Unable to locate credentials. You can configure them by "aws login".\n',
      ),
    });
    await refuses(
      findIdentity({ region: "eu-west-1", profile: "work" }, {}, run),
      /^not logged in to AWS with profile work: Unable to locate credentials\. .*try 'aws configure' or 'aws sso login'/,
    );
  });

  it("has access to a cluster as a user, and as a role where there is a session of one", async () => {
    const role = (session: string) =>
      Promise.resolve(session.replace("sts::", "iam::").replace("assumed-role", "role"));
    assert.equal(await principal(user.Arn, role), user.Arn);
    const session = "arn:aws:sts::123456789012:assumed-role/team";
    assert.equal(await principal(session, role), "arn:aws:iam::123456789012:role/team");
  });
});
