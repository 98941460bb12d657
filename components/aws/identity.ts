import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as aws from "@pulumi/aws";
import { RunError } from "@pulumi/pulumi";
import type { AwsPlace } from "./place";

const run = promisify(execFile);

/** What the user says of where on AWS. */
export interface AwsWish {
  /** Default: AWS_REGION, AWS_DEFAULT_REGION, or the profile's. */
  readonly region?: string;
  /** Default: AWS_PROFILE. */
  readonly profile?: string;
}

/** Who is logged in, and where. */
export interface Identity extends AwsPlace {
  /** ARN of the user, or of the role's session. */
  readonly arn: string;
}

/** Runs the AWS CLI; what it prints, or an error as Node.js gives it. */
export type Cli = (...args: string[]) => Promise<string>;

const installed: Cli = async (...args) => (await run("aws", args)).stdout;

/**
 * Finds out region, account and login by means of the AWS CLI, which is needed for logging in to the cluster anyway.
 *
 * @throws RunError with one line if there is no CLI, no region or no valid login
 */
export async function findIdentity(
  wish: AwsWish,
  env: NodeJS.ProcessEnv = process.env,
  cli: Cli = installed,
): Promise<Identity> {
  await cli("--version").catch(() => {
    throw new RunError(
      "the AWS command line (aws) is not installed: " +
        "see https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    );
  });
  const profile = wish.profile ?? env.AWS_PROFILE;
  const chosen = profile ? ["--profile", profile] : [];
  const region = wish.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? (await configured(cli, chosen));
  checkRegion(region);
  const output = await cli("sts", "get-caller-identity", "--output", "json", "--region", region, ...chosen).catch(
    (error: unknown) => {
      throw new RunError(noLogin(error as { stderr?: string; message: string }, profile));
    },
  );
  const { Account: account, Arn: arn } = JSON.parse(output) as { Account: string; Arn: string };
  return { account, arn, region, partition: arn.split(":")[1] ?? "aws", ...(profile && { profile }) };
}

async function configured(cli: Cli, chosen: readonly string[]): Promise<string | undefined> {
  return cli("configure", "get", "region", ...chosen).then(
    (output) => output.trim() || undefined,
    () => undefined,
  );
}

/** @throws RunError with one line for a region that there is not */
export function checkRegion(region: string | undefined): asserts region is string {
  const allowed = "allowed: a region's name, such as eu-west-1; `aws ec2 describe-regions` lists yours";
  if (!region) throw new RunError(`config aws:region: is not set, nor is AWS_REGION; ${allowed}`);
  const known: readonly string[] = Object.values(aws.Region);
  if (!known.includes(region)) throw new RunError(`config aws:region: "${region}" is not allowed; ${allowed}`);
}

function noLogin({ stderr, message }: { stderr?: string; message: string }, profile?: string): string {
  const reason = (stderr ?? message)
    .trim()
    .split("\n")
    .at(-1)
    ?.replace(/^aws: /, "");
  const who = profile ? ` with profile ${profile}` : "";
  return `not logged in to AWS${who}: ${reason}; try 'aws configure' or 'aws sso login', or set config aws:profile`;
}

/**
 * The ARN under which a login has access to a cluster: a user's own, and of a role's session the role's.
 *
 * @param roleOf finds the role of a session
 */
export async function principal(arn: string, roleOf: (sessionArn: string) => Promise<string>): Promise<string> {
  return arn.includes(":assumed-role/") ? roleOf(arn) : arn;
}
