import { stackTag } from "../components/aws/tags";

/** Whose leftovers. */
export interface Place {
  /** Value of the stack's tag. */
  readonly tag: string;
  /** Name of the cluster, with which AWS marks what it makes for it. */
  readonly clusterName: string;
  readonly account: string;
}

/** Runs the AWS CLI and returns what it prints as JSON. */
type Cli = (...args: string[]) => Promise<string>;

/**
 * What an AWS account still has of a stack, one line for each thing: what bears the stack's tag, what EKS and its volume
 * driver made for the cluster, and what AWS's list of tags leaves out. A key that waits for its deletion counts, with
 * its date.
 */
export async function leftovers(place: Place, cli: Cli): Promise<string[]> {
  const ask = async <T>(...args: string[]) => JSON.parse((await cli(...args)) || "{}") as T;
  const cluster = `Name=tag:eks:eks-cluster-name,Values=${place.clusterName}`;
  const [tagged, volumes, instances, groups, logs, roles, budgets] = await Promise.all([
    ask<{ ResourceTagMappingList?: { ResourceARN: string }[] }>(
      ...["resourcegroupstaggingapi", "get-resources", "--tag-filters", `Key=${stackTag},Values=${place.tag}`],
    ),
    ask<{ Volumes?: { VolumeId: string; State: string }[] }>("ec2", "describe-volumes", "--filters", cluster),
    ask<{ Reservations?: { Instances: Instance[] }[] }>("ec2", "describe-instances", "--filters", cluster),
    ask<{ SecurityGroups?: { GroupId: string; GroupName: string }[] }>(
      ...[
        "ec2",
        "describe-security-groups",
        "--filters",
        `Name=group-name,Values=eks-cluster-sg-${place.clusterName}-*`,
      ],
    ),
    ask<{ logGroups?: { logGroupName: string }[] }>(
      ...["logs", "describe-log-groups", "--log-group-name-prefix", `/aws/eks/${place.clusterName}/`],
    ),
    ask<{ Roles?: { RoleName: string; Description?: string }[] }>("iam", "list-roles"),
    ask<{ Budgets?: { BudgetName: string }[] }>("budgets", "describe-budgets", "--account-id", place.account),
  ]);
  const running = (instances.Reservations ?? []).flatMap(({ Instances }) => Instances);
  const arns = (tagged.ResourceTagMappingList ?? []).map(({ ResourceARN }) => ResourceARN);
  const own = (description = "") => new RegExp(`\\b${place.clusterName}(-${place.account})?$`).test(description);
  const lines = await Promise.all(arns.map((arn) => described(arn, ask)));
  return [
    ...new Set([
      ...lines.filter((line) => line !== undefined),
      ...(volumes.Volumes ?? []).map(({ VolumeId, State }) => `volume ${VolumeId} (${State})`),
      ...running.filter(({ State }) => State.Name !== "terminated").map(({ InstanceId }) => `instance ${InstanceId}`),
      ...(groups.SecurityGroups ?? []).map(({ GroupId, GroupName }) => `security group ${GroupId} ${GroupName}`),
      ...(logs.logGroups ?? []).map(({ logGroupName }) => `log group ${logGroupName}`),
      ...(roles.Roles ?? []).filter((role) => own(role.Description)).map(({ RoleName }) => `role ${RoleName}`),
      ...(budgets.Budgets ?? [])
        .filter(({ BudgetName }) => BudgetName === place.clusterName)
        .map(({ BudgetName }) => `budget ${BudgetName}`),
    ]),
  ].sort();
}

interface Instance {
  readonly InstanceId: string;
  readonly State: { readonly Name: string };
}

// AWS lists what was deleted for a while; volumes, instances and log groups are looked up by themselves.
async function described(arn: string, ask: <T>(...args: string[]) => Promise<T>): Promise<string | undefined> {
  const [, , service = "", , , ...rest] = arn.split(":");
  const id = rest.join(":");
  if ((service === "ec2" && /^(volume|instance)\//.test(id)) || service === "logs") return undefined;
  if (service !== "kms") return `${service} ${id}`;
  const { KeyMetadata } = await ask<{ KeyMetadata: { KeyState: string; DeletionDate?: string } }>(
    ...["kms", "describe-key", "--key-id", arn],
  );
  const { KeyState, DeletionDate } = KeyMetadata;
  return KeyState === "PendingDeletion" ? `kms ${id} (is deleted on ${DeletionDate})` : `kms ${id}`;
}
