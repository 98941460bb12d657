import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { findIdentity, type Identity } from "../../components/aws/identity";
import type { Tags } from "../../components/aws/tags";
import { checkEmulation } from "../../components/docker/emulation";
import { findEngine, type Engine } from "../../components/docker/engine";
import type { ClusterConfig } from "../config";
import { checkAccount, otherAdmins } from "./account";
import * as plan from "./plan";

/** Where a stack is made, and by what. */
export interface Site {
  readonly place: Identity;
  readonly names: plan.EksNames;
  readonly tags: Tags;
  readonly provider: aws.Provider;
  /** Platform of the image and of the nodes, such as linux/arm64. */
  readonly platform: string;
  /** The Docker engine that builds the image; undefined for one built elsewhere. */
  readonly engine?: Engine;
  /** ARNs of the roles that administer the cluster besides its maker. */
  readonly admins: readonly string[];
}

/**
 * Finds out all that can be known before anything is made.
 *
 * @throws RunError with one line for each thing that is missing or in the way
 */
export async function survey(config: ClusterConfig): Promise<Site> {
  const problem = plan.nodeProblem(config);
  if (problem) throw new pulumi.RunError(problem);
  const engine = config.image.ref === undefined ? await findEngine() : undefined;
  const platform = config.image.platform ?? engine?.platform ?? "linux/amd64";
  if (engine) await checkEmulation(engine, platform);

  const settings = new pulumi.Config("aws");
  const place = await findIdentity({ region: settings.get("region"), profile: settings.get("profile") });
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  const names = plan.eksNames(stack, place.account);
  const provider = new aws.Provider("aws", { region: place.region as aws.Region, profile: place.profile });
  await checkAccount(config, { place, names, stack: `${project}/${stack}` }, { provider });
  const admins = await otherAdmins(config.aws.admins, { place, cluster: names.cluster }, { provider });
  return { place, names, tags: plan.tagsOf(config, project, stack), provider, platform, engine, admins };
}
