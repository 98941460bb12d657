import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { principal, type Identity } from "../../components/aws/identity";
import { kubeconfig } from "../../components/aws/kubeconfig";
import { clusterProblem, wayIn } from "../../components/aws/preflight";
import { stackTag } from "../../components/aws/tags";
import { connect } from "../../components/kubernetes/access";
import { checkChanges } from "../../components/kubernetes/changes";
import type { ClusterConfig } from "../config";
import { configOnEks, type EksNames } from "./plan";
import { changeOf } from "../kubernetes/plan";

interface Target {
  readonly place: Identity;
  readonly names: EksNames;
  /** Value of the stack's tag. */
  readonly stack: string;
}

/**
 * Stops the program before anything changes if the stack's cluster is somebody else's, or cannot become what is wanted.
 *
 * @throws RunError with one line for each problem
 */
export async function checkAccount(config: ClusterConfig, { place, names, stack }: Target, opts: pulumi.InvokeOptions) {
  const { names: clusters } = await aws.eks.getClusters({}, opts);
  if (!clusters.includes(names.cluster)) return;
  const found = await aws.eks.getCluster({ name: names.cluster }, opts);
  const problem = clusterProblem(
    names.cluster,
    { version: found.version, stack: found.tags[stackTag] },
    { version: config.aws.version, stack },
  );
  if (problem) throw new pulumi.RunError(problem);
  if (found.status !== "ACTIVE") return; // of an `up` that failed, or one still at it
  const text = kubeconfig({
    clusterName: names.cluster,
    endpoint: found.endpoint,
    authority: found.certificateAuthorities[0]?.data ?? "",
    ...place,
  });
  const access = await connect({ kubeconfig: text }).catch((error: unknown) => {
    const cluster = { name: names.cluster, region: place.region };
    const way = wayIn(cluster, found.vpcConfig.publicAccessCidrs, config.aws.publicAccess ?? []);
    throw way ? new pulumi.RunError(`${(error as Error).message}${way}`) : error;
  });
  await checkChanges(
    access,
    changeOf(configOnEks(config, names, { platform: "linux/amd64", region: place.region }), pulumi.getStack()),
  );
}

/**
 * The named administrators without the cluster's creator, whoever is at work now: that one's access comes with the
 * cluster.
 *
 * @throws RunError with one line for a role that there is not
 */
export async function otherAdmins(
  admins: readonly string[],
  { place: { arn }, cluster }: { readonly place: Identity; readonly cluster: string },
  opts: pulumi.InvokeOptions,
): Promise<string[]> {
  for (const role of admins) await checkRole(role, opts);
  if (admins.length === 0) return [];
  const { names: clusters } = await aws.eks.getClusters({}, opts);
  if (clusters.includes(cluster)) {
    const creates = await Promise.all(admins.map((role) => isCreator(role, cluster, opts)));
    return admins.filter((_, index) => !creates[index]);
  }
  const own = await principal(
    arn,
    async (session) => (await aws.iam.getSessionContext({ arn: session }, opts)).issuerArn,
  );
  return admins.filter((role) => role !== own);
}

// The entry that EKS makes with a cluster bears no tag of the stack's.
async function isCreator(role: string, clusterName: string, opts: pulumi.InvokeOptions): Promise<boolean> {
  try {
    const { tags } = await aws.eks.getAccessEntry({ clusterName, principalArn: role }, opts);
    return !(stackTag in tags);
  } catch (error) {
    if (/not ?found|couldn't find|empty result/i.test(String(error))) return false;
    throw error;
  }
}

async function checkRole(arn: string, opts: pulumi.InvokeOptions): Promise<void> {
  const name = arn.replace(/^.*\//, "");
  const found = await aws.iam.getRole({ name }, opts).catch(() => undefined);
  if (found?.arn === arn) return;
  const near = found ? `, as role ${name} is ${found.arn}` : "";
  throw new pulumi.RunError(
    `config aws.admins: "${arn}" is not allowed; allowed: an existing role of the account${near}`,
  );
}
