import * as fs from "node:fs";
import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { AutoNodes, Bucket, budget, EksCluster, Registry } from "../../components/aws";
import { costLine, costOf } from "../../components/aws/cost";
import { explained } from "../../components/aws/nodeTrouble";
import { findIdentity, type Identity } from "../../components/aws/identity";
import type { Tags } from "../../components/aws/tags";
import type { PlatformOutputs } from "../../components/contracts";
import { checkEmulation } from "../../components/docker/emulation";
import { findEngine, type Engine } from "../../components/docker/engine";
import { RImage, serviceAccount, type Workload } from "../../components/kubernetes";
import { connect, type Access } from "../../components/kubernetes/access";
import { waitForRollout } from "../../components/kubernetes/rollout";
import type { ClusterConfig } from "../config";
import { checkAccount, otherAdmins } from "./account";
import { networkOf } from "./network";
import * as plan from "./plan";
import { deployOn } from "../kubernetes/cluster";
import { poolsOf } from "../kubernetes/plan";

// Nodes are made on demand, which takes a minute or two, and longer where AWS has few to spare.
const patience = { unschedulableSeconds: 480, timeoutSeconds: 1200 };

/** A cluster on an EKS cluster that is made for it, in an account that may be empty. */
export async function deploy(config: ClusterConfig): Promise<PlatformOutputs> {
  const stack = pulumi.getStack();
  const problem = plan.nodeProblem(config);
  if (problem) throw new pulumi.RunError(problem);
  const engine = config.image.ref === undefined ? await findEngine() : undefined;
  const platform = config.image.platform ?? engine?.platform ?? "linux/amd64";
  if (engine) await checkEmulation(engine, platform);
  const settings = new pulumi.Config("aws");
  const place = await findIdentity({ region: settings.get("region"), profile: settings.get("profile") });
  const names = plan.eksNames(stack, place.account);
  const tags = plan.tagsOf(config, pulumi.getProject(), stack);

  const provider = new aws.Provider("aws", { region: place.region as aws.Region, profile: place.profile });
  await checkAccount(config, { place, names, stack: `${pulumi.getProject()}/${stack}` }, { provider });
  const admins = await otherAdmins(config.aws.admins, place, { provider });
  const onAws = { providers: [provider] };
  const network = await networkOf(config, { place, tags }, provider);
  const cluster = new EksCluster(
    "cluster",
    {
      clusterName: names.cluster,
      place,
      network,
      version: config.aws.version,
      publicAccess: config.aws.publicAccess ?? [],
      admins,
      encryption: config.aws.encryption,
      logTypes: config.aws.logs,
      logDays: config.aws.logDays,
      tags,
    },
    onAws,
  );
  const kubernetes = new k8s.Provider("kubernetes", {
    kubeconfig: cluster.kubeconfig,
    clusterIdentifier: cluster.clusterArn,
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
  const nodes = new AutoNodes(
    "nodes",
    {
      cluster,
      network,
      instance: names.instance,
      storageClass: names.storageClass,
      architecture: platform === "linux/arm64" ? "arm64" : "amd64",
      ...config.aws.nodes,
      tags,
    },
    { providers: [kubernetes] },
  );
  const bucket = plan.bucketOf(config, names);
  const store =
    bucket &&
    new Bucket(
      "bucket",
      {
        bucketName: bucket.name,
        existing: bucket.existing,
        ...names,
        clusterName: cluster.clusterName,
        clusterArn: cluster.clusterArn,
        place,
        keyArn: cluster.keyArn,
        tags,
      },
      onAws,
    );
  if (config.aws.budget) budget("budget", { budgetName: names.cluster, ...config.aws.budget, tags }, { provider });
  const cost = costOf(plan.billOf(config, platform, network.publicNodes));
  const made = await deployOn(
    {
      platform: "eks",
      provider: kubernetes,
      keeper: kubernetes,
      dependsOn: store ? [nodes, store] : [nodes],
      serviceAccount: store && ((context, opts) => serviceAccount(names.serviceAccount, context, opts)),
      rollout: rolloutOn(cluster.kubeconfig),
      image: () => ({ image: imageOf(config, { names, tags, platform }, cluster, engine, provider) }),
      kubeconfig: written(cluster.kubeconfig, names.kubeconfig),
      context: names.cluster,
    },
    plan.configOnEks(config, names, { platform, region: place.region }),
  );
  void pulumi.log.info(
    costLine(
      cost,
      poolsOf(config).reduce((sum, { workers }) => sum + workers, 0),
    ),
  );
  return { ...made, more: { cost, ...(bucket && { bucket: bucket.name }), login: loginCommand(names.cluster, place) } };
}

/** The command that lets any kubectl of the user's into the cluster. */
function loginCommand(cluster: string, { region, profile }: Identity): string {
  return `aws eks update-kubeconfig --name ${cluster} --region ${region}${profile ? ` --profile ${profile}` : ""}`;
}

function imageOf(
  config: ClusterConfig,
  { names, tags, platform }: { names: plan.EksNames; tags: Tags; platform: string },
  cluster: EksCluster,
  engine: Engine | undefined,
  provider: aws.Provider,
): pulumi.Output<string> {
  const { image } = config;
  if (!engine) return new RImage("image", { imageName: "", ref: image.ref }).ref;
  const registry = new Registry(
    "registry",
    { repositoryName: names.repository, keyArn: cluster.keyArn, tags },
    { providers: [provider] },
  );
  const builder = new docker.Provider("docker", { host: engine.host, certPath: engine.certPath });
  return new RImage(
    "image",
    {
      ...image,
      imageName: pulumi.interpolate`${registry.url}:${names.instance}`,
      platform,
      login: registry.login,
    },
    { providers: [builder] },
  ).ref;
}

function rolloutOn(kubeconfig: pulumi.Output<string>) {
  let access: Promise<Access> | undefined;
  return async (workload: Workload) => {
    access ??= new Promise<string>((resolve) => kubeconfig.apply(resolve)).then((text) =>
      connect({ kubeconfig: text }),
    );
    const cluster = await access;
    const log = (line: string) => void pulumi.log.info(line);
    await explained(cluster, waitForRollout(cluster, workload, { ...patience, log }));
  };
}

/** Writes the kubeconfig for the user's own commands, once there is one. */
function written(kubeconfig: pulumi.Output<string>, file: string): string {
  kubeconfig.apply((text) => {
    if (pulumi.runtime.isDryRun()) return;
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, text, { mode: 0o600 });
  });
  return file;
}
