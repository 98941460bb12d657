import type { Platform } from "../components/contracts";
import { ideConflict } from "./ide";
import { kubernetesAllowed } from "./kubernetes/config";

type Given = Readonly<Record<string, unknown>>;

/**
 * What is wrong with keys that are right one by one: those that rule each other out, those without effect on the
 * platform, those that it cannot do without.
 *
 * @param given the config as the user wrote it, without defaults
 * @returns one line, or undefined
 */
export function conflict(given: Given, platform: Platform): string | undefined {
  return (
    refConflict(given) ??
    ideConflict(given) ??
    (platform === "docker" ? notForDocker(given) : notForKubernetes(given, platform)) ??
    (platform === "kubernetes" ? imageSource(given) : undefined) ??
    (platform === "eks" ? awsConflict(given) : notWithoutAws(given, platform))
  );
}

function at(given: Given, key: string): unknown {
  return key.split(".").reduce<unknown>((object, part) => (object as Given | undefined)?.[part], given);
}

function refConflict(given: Given): string | undefined {
  const keys = Object.keys((given.image as object | undefined) ?? {});
  const other = keys.find((key) => !["ref", "username", "password", "pullSecret", "platform"].includes(key));
  if (!keys.includes("ref") || other === undefined) return undefined;
  return `config image.ref: names an image built elsewhere, so image.${other} has no effect; allowed: one or the other`;
}

const mostOnDocker = 1000; // a bridge of Linux has 1,024 ports: BR_MAX_PORTS in its net/bridge/br_private.h

function notForDocker(given: Given): string | undefined {
  if (Number(given.workers) > mostOnDocker) {
    const allowed = `a whole number from 0 to ${mostOnDocker}, as many as Docker's network can join, or auto`;
    return `config workers: ${Number(given.workers)} is not allowed on platform docker; allowed: ${allowed}`;
  }
  const key = Object.keys(kubernetesAllowed).find((name) => at(given, name) !== undefined);
  return key && `config ${key}: has no effect on platform docker; allowed: platform kubernetes, or without this key`;
}

function notForKubernetes(given: Given, platform: Platform): string | undefined {
  const has = (key: string) => at(given, key) !== undefined;
  if (has("image.username") !== has("image.password")) {
    return "config image.username: goes with image.password; allowed: both or none";
  }
  const dockers = ["master.dataDir", "master.ports", "metrics.port"].find(has);
  if (dockers) return `config ${dockers}: has no effect on platform ${platform}; allowed: platform docker`;
  if (has("pools") && has("workers") && given.workers !== "auto") {
    return "config workers: has no effect beside pools, which say how many workers each has; allowed: one or the other";
  }
  const twice = repeated((given.pools as { name: string }[] | undefined)?.map(({ name }) => name) ?? []);
  if (twice) return `config pools: two are named ${twice}; allowed: a name of its own for each`;
  return redisConflict(given);
}

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

function redisConflict(given: Given): string | undefined {
  const keys = Object.keys((given.redis as object | undefined) ?? {});
  const other = keys.find((key) => key !== "url");
  if (!keys.includes("url") || other === undefined) return undefined;
  return `config redis.url: names a Redis made elsewhere, so redis.${other} has no effect; allowed: one or the other`;
}

function imageSource(given: Given): string | undefined {
  const ref = at(given, "image.ref") as string | undefined;
  if (ref !== undefined) return versionOf(ref) ? undefined : noVersion(ref);
  if (at(given, "image.share") === true) {
    if (given.registry === undefined) return undefined;
    return "config image.share: says that no registry is needed, so registry has no effect; allowed: one or the other";
  }
  if (given.registry === undefined) {
    return (
      `config registry: is not set; allowed: ${kubernetesAllowed.registry}, ` +
      "or image.ref for an image built elsewhere, or image.share for a cluster that sees this Docker engine's images"
    );
  }
  return undefined;
}

function versionOf(ref: string): string | undefined {
  const [, tag] = /(?:@|:)([^/:@]+(?::[0-9a-f]+)?)$/.exec(ref) ?? [];
  return tag === "latest" ? undefined : tag;
}

function noVersion(ref: string): string {
  return (
    `config image.ref: "${ref}" is not allowed on platform kubernetes, ` +
    "where nodes would run different images of that name; allowed: an image with a digest or a tag other than latest"
  );
}

function notWithoutAws(given: Given, platform: Platform): string | undefined {
  if (given.aws === undefined) return undefined;
  return `config aws: has no effect on platform ${platform}; allowed: platform eks, or without this key`;
}

const madeByEks = {
  kubernetes: "the cluster is made by the stack; platform kubernetes is for one that exists",
  registry: "the registry is made by the stack, on ECR",
  "image.share": "the cluster has nodes of its own",
  "image.pullSecret": "the namespace is made by the stack; image.username and image.password make a Secret",
  "data.storageClass": "the StorageClass is made by the stack",
  "redis.storageClass": "the StorageClass is made by the stack",
  "job.storageClass": "the StorageClass is made by the stack",
  "data.shared": "volumes of EBS are on one node at a time; aws.bucket is for shared files",
  "data.onDestroy": "volumes go with the cluster; aws.bucket is for files that stay",
};

function awsConflict(given: Given): string | undefined {
  const key = Object.keys(madeByEks).find((name) => at(given, name) !== undefined) as
    keyof typeof madeByEks | undefined;
  if (key) return `config ${key}: has no effect on platform eks: ${madeByEks[key]}; allowed: without this key`;
  if (at(given, "image.username") !== undefined && at(given, "image.ref") === undefined) {
    return "config image.username: has no effect on platform eks, whose registry is ECR; allowed: with image.ref";
  }
  const has = (name: string) => at(given, `aws.vpc.${name}`) !== undefined;
  const own = ["cidr", "zones", "natGateways", "ecrEndpoints"].find(has);
  if (has("id") && own)
    return `config aws.vpc.id: names an existing VPC, so aws.vpc.${own} has no effect; allowed: one or the other`;
  if (has("subnets") && !has("id")) return "config aws.vpc.subnets: is not set without aws.vpc.id; allowed: both";
  const [nats, zones] = ["natGateways", "zones"].map((name) => at(given, `aws.vpc.${name}`));
  if (Number(nats ?? 1) > Number(zones ?? 2)) {
    return `config aws.vpc.natGateways: ${String(nats)} is not allowed; allowed: 0, 1, or one for each of the zones`;
  }
  if (given.egress === "none" && (at(given, "aws.bucket") ?? "none") !== "none") {
    return "config aws.bucket: cannot be reached with egress none; allowed: egress all, or a list with S3's networks";
  }
  if (at(given, "aws.publicAccess") === undefined) return noPublicAccess;
  if (at(given, "image.ref") !== undefined && at(given, "image.platform") === undefined) {
    return "config image.platform: is not set, and an image built elsewhere does not say it; allowed: linux/amd64 or linux/arm64";
  }
  return undefined;
}

const noPublicAccess =
  "config aws.publicAccess: is not set; allowed: the networks that may reach the cluster's API, such as your own address " +
  "($(curl -s https://checkip.amazonaws.com)/32), all, or none for those inside of the VPC only";
