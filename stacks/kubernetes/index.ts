import * as pulumi from "@pulumi/pulumi";
import type { PlatformOutputs } from "../../components/contracts";
import { connect } from "../../components/kubernetes/access";
import { checkChanges } from "../../components/kubernetes/changes";
import { checkCluster } from "../../components/kubernetes/preflight";
import { elasticPatience, waitForRollout } from "../../components/kubernetes/rollout";
import type { ClusterConfig } from "../config";
import { deployOn } from "./cluster";
import * as parts from "./parts";
import * as plan from "./plan";

/** A cluster on a Kubernetes that a kubeconfig reaches. */
export async function deploy(config: ClusterConfig): Promise<PlatformOutputs> {
  const stack = pulumi.getStack();
  const access = await connect(config.kubernetes);
  await checkCluster(access, plan.wantedOf(config, stack, plan.poolsOf(config)));
  await checkChanges(access, plan.changeOf(config, stack));

  const { provider, keeper } = await parts.providers(config, access, plan.placeOf(config, stack).namespace);
  const patience = config.kubernetes.elastic ? elasticPatience : {};
  const log = (line: string) => void pulumi.log.info(line);
  return deployOn(
    {
      platform: "kubernetes",
      provider,
      keeper,
      rollout: (workload) => waitForRollout(access, workload, { ...patience, log }),
      image: (context, ide) => parts.imageOf(config, context, access, provider, ide),
      kubeconfig: parts.kubeconfigOf(config),
      context: access.context,
    },
    config,
  );
}
