import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformOutputs } from "../components/contracts";
import { findEngine } from "../components/docker/engine";
import { RImage } from "../components/kubernetes";
import { connect, type Access } from "../components/kubernetes/access";
import { checkChanges } from "../components/kubernetes/changes";
import { clusterId, nodePlatform } from "../components/kubernetes/identity";
import { hasKeptClaim } from "../components/kubernetes/kept";
import { checkCluster } from "../components/kubernetes/preflight";
import { waitForRollout } from "../components/kubernetes/rollout";
import type { ClusterConfig } from "./config";
import { deployOn } from "./kubernetesCluster";
import * as plan from "./kubernetesPlan";

/** A cluster on a Kubernetes that a kubeconfig reaches. */
export async function deploy(config: ClusterConfig): Promise<PlatformOutputs> {
  const stack = pulumi.getStack();
  const place = plan.placeOf(config, stack);
  const access = await connect(config.kubernetes);
  await checkCluster(access, plan.wantedOf(config, stack, plan.poolsOf(config)));
  await checkChanges(access, plan.changeOf(config, stack));
  return deployOn(
    {
      platform: "kubernetes",
      ...(await providers(config, access, place.namespace)),
      rollout: (workload) => waitForRollout(access, workload, { log: (line) => void pulumi.log.info(line) }),
      image: (await imageOf(config, access, place.instance)).ref,
      login: loginOf(config),
      kubeconfig: config.kubernetes.kubeconfig,
      context: access.context,
    },
    config,
  );
}

async function providers({ kubernetes }: ClusterConfig, access: Access, namespace: string) {
  const args: k8s.ProviderArgs = {
    kubeconfig: kubernetes.kubeconfig,
    context: access.context,
    clusterIdentifier: await clusterId(access),
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  };
  // For what a destroy may leave behind; the setting only ever matters while these are made.
  const upsertExistingObjects = await hasKeptClaim(access, namespace, plan.dataClaim);
  return {
    provider: new k8s.Provider("kubernetes", args),
    keeper: new k8s.Provider(
      "kubernetes-kept",
      { ...args, upsertExistingObjects },
      { ignoreChanges: ["upsertExistingObjects"] },
    ),
  };
}

async function imageOf(config: ClusterConfig, access: Access, instance: string): Promise<RImage> {
  const { image, registry } = config;
  if (image.ref !== undefined) return new RImage("image", { imageName: "", ref: image.ref });
  const engine = await findEngine();
  const provider = new docker.Provider("docker", { host: engine.host, certPath: engine.certPath });
  const name = `rcluster:${instance}`;
  return new RImage(
    "image",
    {
      ...image,
      imageName: image.share ? name : `${registry}/${name}`,
      push: !image.share,
      platform: await nodePlatform(access, image.platform),
      login: loginOf(config),
    },
    { providers: [provider] },
  );
}

function loginOf({ image, registry }: ClusterConfig) {
  const { username, password, ref } = image;
  if (username === undefined || password === undefined) return undefined;
  const server = (registry ?? ref ?? "").split("/")[0] ?? "";
  return { server, username, password: pulumi.secret(password) };
}
