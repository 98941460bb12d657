import * as fs from "node:fs";
import * as path from "node:path";
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Bucket, Registry, type EksCluster } from "../../components/aws";
import { explained } from "../../components/aws/nodeTrouble";
import { RImage, type Workload } from "../../components/kubernetes";
import { connect, type Access } from "../../components/kubernetes/access";
import { elasticPatience, waitForRollout } from "../../components/kubernetes/rollout";
import type { IdeLayer } from "../../components/imageContext";
import type { ClusterConfig } from "../config";
import type { Image } from "../kubernetes/parts";
import { bucketOf } from "./plan";
import type { Site } from "./site";

/** The provider for what is made on the cluster. */
export function kubernetesOf(cluster: EksCluster): k8s.Provider {
  return new k8s.Provider("kubernetes", {
    kubeconfig: cluster.kubeconfig,
    clusterIdentifier: cluster.clusterArn,
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
}

/** The image, built here and pushed to a registry of the stack's, or built elsewhere. */
export function imageOf(
  { image }: ClusterConfig,
  { names, tags, provider, platform, engine }: Site,
  { keyArn }: EksCluster,
  ide?: IdeLayer,
): Image {
  if (!engine) return refsOf(new RImage("image", { imageName: "", ref: image.ref }));
  const registry = new Registry(
    "registry",
    { repositoryName: names.repository, keyArn, tags },
    { providers: [provider] },
  );
  const builder = new docker.Provider("docker", { host: engine.host, certPath: engine.certPath });
  const imageName = pulumi.interpolate`${registry.url}:${names.instance}`;
  const args = { ...image, imageName, platform, login: registry.login, ide };
  return refsOf(new RImage("image", args, { providers: [builder] }));
}

function refsOf({ ref, masterRef }: RImage): Image {
  return { image: ref, masterImage: masterRef };
}

/** The bucket for R, if there is to be one, and its pods' right to use it. */
export function storeOf(config: ClusterConfig, site: Site, cluster: EksCluster): Bucket | undefined {
  const bucket = bucketOf(config, site.names);
  if (!bucket) return undefined;
  const { names, place, tags, provider } = site;
  const { clusterName, clusterArn, keyArn } = cluster;
  const { namespace, serviceAccount } = names;
  return new Bucket(
    "bucket",
    { ...bucket, clusterName, clusterArn, namespace, serviceAccount, place, keyArn, tags },
    { providers: [provider] },
  );
}

/** Waits for pods on a cluster that this program makes, and says why nodes do not come. */
export function rolloutOn({ kubeconfig }: EksCluster) {
  let access: Promise<Access> | undefined;
  return async (workload: Workload) => {
    access ??= new Promise<string>((resolve) => kubeconfig.apply(resolve)).then((text) =>
      connect({ kubeconfig: text }),
    );
    const cluster = await access;
    const log = (line: string) => void pulumi.log.info(line);
    await explained(cluster, waitForRollout(cluster, workload, { ...elasticPatience, log }));
  };
}

/** Writes the kubeconfig for the commands that are shown, once there is one. Returns its path. */
export function kubeconfigFile({ names }: Site, { kubeconfig }: EksCluster): string {
  kubeconfig.apply((text) => {
    if (pulumi.runtime.isDryRun()) return;
    fs.mkdirSync(path.dirname(names.kubeconfig), { recursive: true, mode: 0o700 });
    fs.writeFileSync(names.kubeconfig, text, { mode: 0o600 });
  });
  return names.kubeconfig;
}
