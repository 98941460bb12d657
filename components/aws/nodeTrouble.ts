import type { CoreV1Event } from "@kubernetes/client-node";
import { ApiException } from "@kubernetes/client-node";
import { RunError } from "@pulumi/pulumi";
import type { Access } from "../kubernetes/access";

// What AWS says when it does not start a node, and what helps. Codes:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
const remedies: Readonly<Record<string, string>> = {
  VcpuLimitExceeded: "ask for more vCPUs of 'Running On-Demand Standard instances' in Service Quotas",
  MaxSpotInstanceCountExceeded: "ask for more vCPUs of 'All Standard Spot Instance Requests' in Service Quotas",
  InsufficientInstanceCapacity: "allow more with aws.nodes.families or aws.nodes.capacity, or wait",
  ServiceLinkedRoleCreationNotPermitted:
    "'aws iam create-service-linked-role --aws-service-name spot.amazonaws.com', once in an account",
  UnauthorizedOperation: "a policy of your organization forbids what the cluster's role may do",
};

const kinds = ["NodeClaim", "NodePool", "NodeClass"];

/** Why there are no nodes, by what the makers of nodes have reported lately: a line for each reason. */
export function nodeTroubles(events: readonly CoreV1Event[]): string[] {
  const warnings = events.filter(({ type, involvedObject }) => type === "Warning" && isKind(involvedObject.kind));
  return [...new Set(warnings.map(({ message = "" }) => line(message)))];
}

function isKind(kind?: string): boolean {
  return kind !== undefined && kinds.includes(kind);
}

function line(message: string): string {
  const code = Object.keys(remedies).find((known) => message.includes(known));
  const text = message.trim().split("\n")[0] ?? "";
  return code === undefined ? text : `${text.slice(text.indexOf(code))}; what helps: ${remedies[code]}`;
}

/** Runs `rollout`; if it fails for want of nodes, the error also says why there are none. */
export async function explained(access: Access, rollout: Promise<void>): Promise<void> {
  try {
    await rollout;
  } catch (error) {
    if (!(error instanceof RunError) || !/cannot be scheduled/.test(error.message)) throw error;
    const reasons = nodeTroubles(await recentEvents(access));
    throw reasons.length > 0 ? new RunError([error.message, ...reasons.map((r) => `no node: ${r}`)].join("\n")) : error;
  }
}

async function recentEvents({ core }: Access): Promise<CoreV1Event[]> {
  try {
    return (await core.listEventForAllNamespaces({ fieldSelector: "type=Warning" })).items;
  } catch (error) {
    if (error instanceof ApiException) return [];
    throw error;
  }
}
