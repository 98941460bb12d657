import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findIdentity, type Identity } from "../../components/aws/identity";
import { clusterProblem } from "../../components/aws/preflight";
import { stackTag } from "../../components/aws/tags";
import type { ClusterConfig } from "../../stacks/config";
import { eksNames, nodeProblem } from "../../stacks/eks/plan";
import { ownName } from "../target";
import { given, limited, ok, once, warning, wrong, type Check, type Finding } from "./check";
import type { Facts } from "./facts";
import { kubectlCheck } from "./kubernetes";

/** Login, region and quotas on AWS, and whether the cluster's name is free. */
export function awsChecks(facts: Facts): Check[] {
  const identity = once(async () => {
    const { texts } = await given(facts.settings());
    return limited(findIdentity({ region: texts["aws:region"], profile: texts["aws:profile"] }), facts.seconds);
  });
  const check = (
    name: string,
    look: (place: Identity, config: ClusterConfig) => Promise<Finding | Finding[]>,
  ): Check => ({
    name,
    look: async () => {
      const [place, config] = await given(Promise.all([identity(), facts.config()]));
      return limited(look(place, config), facts.seconds);
    },
  });
  return [
    kubectlCheck(facts),
    {
      name: "AWS",
      look: async () => {
        const { account, region, arn } = await identity();
        return ok(`account ${account}, region ${region}, as ${arn.replace(/^.*:/, "")}`);
      },
    },
    {
      name: "Nodes",
      look: async () => {
        const problem = nodeProblem(await given(facts.config()));
        return problem === undefined ? ok("the settings suit them") : wrong(problem);
      },
    },
    check("Quotas", async (place, { aws: { nodes } }) =>
      Promise.all(quotasFor(nodes.capacity).map((quota) => quotaFinding(quota, nodes.maxCpus, place))),
    ),
    check("EKS", async (place, config) => {
      const { stack } = await given(facts.settings());
      return clusterFinding(place, config, ownName(stack));
    }),
  ];
}

interface Quota {
  readonly code: string;
  readonly name: string;
}

const onDemand: Quota = { code: "L-1216C47A", name: "on-demand cores of the standard families" };
const spot: Quota = { code: "L-34B43A08", name: "spot cores of the standard families" };

/** EC2's quotas that bound a cluster's nodes: https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html */
export function quotasFor(capacity: ClusterConfig["aws"]["nodes"]["capacity"]): Quota[] {
  return capacity === "on-demand" ? [onDemand] : [onDemand, spot]; // Redis and the master are on demand always
}

async function quotaFinding({ code, name }: Quota, wanted: number, place: Identity): Promise<Finding> {
  try {
    const query = ["--service-code", "ec2", "--quota-code", code];
    const answer = await aws(place, "service-quotas", "get-service-quota", ...query);
    return judgeQuota(name, (JSON.parse(answer) as { Quota: { Value: number } }).Quota.Value, wanted);
  } catch (error) {
    const said = lastLine(error as Error);
    const mend = said.includes("AccessDenied") ? "let this login do servicequotas:GetServiceQuota" : undefined;
    return warning(`${name}: ${said}`, mend);
  }
}

/** Whether a quota lets all the workers' nodes be there that the config allows. */
export function judgeQuota(name: string, value: number, wanted: number): Finding {
  if (value >= wanted) return ok(`${value} ${name}`);
  const mend = "raise the quota in AWS's console (Service Quotas, EC2), or set a smaller aws.nodes.maxCpus";
  return warning(`${value} ${name}, fewer than aws.nodes.maxCpus (${wanted})`, mend);
}

async function clusterFinding(place: Identity, config: ClusterConfig, stack: string): Promise<Finding> {
  const { cluster: name } = eksNames(stack, place.account);
  try {
    const answer = await aws(place, "eks", "describe-cluster", "--name", name);
    const { cluster } = JSON.parse(answer) as { cluster: { version: string; tags?: Record<string, string> } };
    const facts = { version: cluster.version, stack: cluster.tags?.[stackTag] };
    const problem = clusterProblem(name, facts, { version: config.aws.version, stack: `rcluster/${stack}` });
    return problem === undefined ? ok(`${name} is there, Kubernetes ${cluster.version}`) : wrong(problem);
  } catch (error) {
    if (/ResourceNotFound/.test(String(error))) return ok(`${name} is not there yet`);
    return warning(`${name} cannot be looked at: ${lastLine(error as Error)}`);
  }
}

async function aws({ region, profile }: Identity, ...args: string[]): Promise<string> {
  const chosen = ["--region", region, ...(profile ? ["--profile", profile] : []), "--output", "json"];
  return (await promisify(execFile)("aws", [...args, ...chosen])).stdout;
}

function lastLine({ stderr, message }: { stderr?: string; message: string }): string {
  return (stderr?.trim() || message).split("\n").at(-1)?.trim() ?? "";
}
