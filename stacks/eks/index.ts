import * as pulumi from "@pulumi/pulumi";
import { AutoNodes, budget, EksCluster } from "../../components/aws";
import { costLine, costOf } from "../../components/aws/cost";
import type { PlatformOutputs } from "../../components/contracts";
import { serviceAccount } from "../../components/kubernetes";
import type { ClusterConfig } from "../config";
import { deployOn } from "../kubernetes/cluster";
import { pullSecretOf } from "../kubernetes/parts";
import { networkOf } from "./network";
import * as parts from "./parts";
import * as plan from "./plan";
import { survey } from "./site";

/** A cluster on an EKS cluster that is made for it, in an account that may be empty. */
export async function deploy(config: ClusterConfig): Promise<PlatformOutputs> {
  const site = await survey(config);
  const { place, names, tags, provider, platform, admins } = site;
  const network = await networkOf(config, site);
  const cost = costOf(plan.billOf(config, platform, network.publicNodes));
  void pulumi.log.info(costLine(cost, plan.workersOf(config)));

  const { encryption, version, publicAccess = [], logs, logDays, nodes } = config.aws;
  const cluster = new EksCluster(
    "cluster",
    {
      ...{ clusterName: names.cluster, place, network, version, publicAccess, admins, encryption, tags },
      ...{ logTypes: logs, logDays },
    },
    { providers: [provider] },
  );
  const kubernetes = parts.kubernetesOf(cluster);
  const ground = new AutoNodes(
    "nodes",
    {
      ...{ cluster, network, instance: names.instance, storageClass: names.storageClass, tags },
      architecture: platform === "linux/arm64" ? "arm64" : "amd64",
      ...nodes,
    },
    { providers: [kubernetes] },
  );
  const store = parts.storeOf(config, site, cluster);
  if (config.aws.budget) budget("budget", { budgetName: names.cluster, ...config.aws.budget, tags }, { provider });

  const made = await deployOn(
    {
      platform: "eks",
      provider: kubernetes,
      keeper: kubernetes,
      dependsOn: store ? [ground, store] : [ground],
      serviceAccount: store && ((context, opts) => serviceAccount(names.serviceAccount, context, opts)),
      rollout: parts.rolloutOn(cluster),
      image: (context, ide) => ({
        ...parts.imageOf(config, site, cluster, ide),
        pullSecret: pullSecretOf(config, context, kubernetes),
      }),
      kubeconfig: parts.kubeconfigFile(site, cluster),
      context: names.cluster,
    },
    plan.configOnEks(config, names, { platform, region: place.region }),
  );
  const bucket = plan.bucketOf(config, names)?.bucketName;
  return { ...made, more: { ...made.more, cost, bucket, login: plan.loginCommand(names, place) } };
}
