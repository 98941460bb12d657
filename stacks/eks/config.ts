import { z } from "zod";
import { isVpcBlock } from "../../components/aws/cidr";
import { versions } from "../../components/aws/versions";
import * as values from "../values";

// The part of the config that has a meaning on platform `eks` only.

const roleArn = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/);
const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"] as const;
// Periods that CloudWatch knows: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const logPeriods = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

const vpc = z.strictObject({
  cidr: z.string().refine(isVpcBlock).default("10.0.0.0/16"),
  zones: values.wholeNumber(2, 3).default(2),
  natGateways: values.wholeNumber(0, 3).default(1),
  ecrEndpoints: z.boolean().default(false),
  id: z
    .string()
    .regex(/^vpc-[0-9a-f]+$/)
    .optional(),
  subnets: values.listOf(z.string().regex(/^subnet-[0-9a-f]+$/)),
});
const nodes = z.strictObject({
  capacity: z.enum(["spot-first", "spot", "on-demand"]).default("spot-first"),
  families: values.listOf(z.string().regex(/^[a-z]+\d+[a-z0-9-]*$/)),
  maxCpus: values.wholeNumber(1).default(64),
});
const budget = z.strictObject({
  monthly: values.number(z.number().positive()),
  email: z.email(),
});

export const aws = z.strictObject({
  publicAccess: z
    .union([z.literal("all").transform(() => ["0.0.0.0/0"]), z.literal("none").transform(() => []), cidrs()])
    .optional(),
  version: z
    .union([z.string(), z.number().transform(String)])
    .pipe(z.enum(versions))
    .default("1.35"),
  vpc: vpc.readonly().prefault({}),
  nodes: nodes.readonly().prefault({}),
  admins: values.listOf(roleArn),
  encryption: z.enum(["aws", "own"]).default("aws"),
  logs: z.array(z.enum(logTypes)).default(["audit", "authenticator"]),
  logDays: values
    .wholeNumber(1)
    .refine((days) => logPeriods.some((period) => period === days))
    .default(30),
  bucket: z
    .string()
    .regex(/^(none|delete|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/)
    .default("none"),
  budget: budget.optional(),
  tags: z
    .record(
      z.string().regex(/^(?!aws:|rcluster:|Name$)[\w .:/=+@-]{1,128}$/),
      z.string().regex(/^[\w .:/=+@-]{0,256}$/),
    )
    .default({}),
});

function cidrs() {
  return z.preprocess((value) => (typeof value === "string" ? [value] : value), z.array(z.cidrv4()).min(1));
}

/** What is allowed for each of these keys, as the errors say it. */
export const awsAllowed: Readonly<Record<string, string>> = {
  aws: values.objectAllowed(aws),
  "aws.publicAccess": "all, none, or a list of networks such as 203.0.113.7/32",
  "aws.version": versions.join(", "),
  "aws.vpc": values.objectAllowed(vpc),
  "aws.vpc.cidr": "a private network from /16 to /22, such as 10.0.0.0/16",
  "aws.vpc.zones": "2 or 3",
  "aws.vpc.natGateways": "0 to 3",
  "aws.vpc.ecrEndpoints": values.flagAllowed,
  "aws.vpc.id": "the id of an existing VPC, such as vpc-0a1b2c3d4e5f60718",
  "aws.vpc.subnets": "a list of ids of subnets of aws.vpc.id",
  "aws.nodes": values.objectAllowed(nodes),
  "aws.nodes.capacity": "spot-first, spot or on-demand",
  "aws.nodes.families": "a list of instance families, such as c7g",
  "aws.nodes.maxCpus": "a whole number of cores from 1",
  "aws.admins": "a list of ARNs of IAM roles, such as arn:aws:iam::123456789012:role/team",
  "aws.encryption": "aws or own",
  "aws.logs": `a list of ${logTypes.join(", ")}`,
  "aws.logDays": `one of ${logPeriods.join(", ")}`,
  "aws.bucket":
    "none, delete for one that is made with the cluster and deleted with it, or the name of an existing one",
  "aws.budget": values.objectAllowed(budget),
  "aws.budget.monthly": "US dollars a month, more than 0",
  "aws.budget.email": "an e-mail address",
  "aws.tags": "names and values of tags, none of them Name, or starting with aws: or rcluster:",
};
