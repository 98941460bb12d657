import * as k8s from "@pulumi/kubernetes";
import { AutoNodes, Bucket, budget, EksCluster, Network, Registry, stackTag } from "../../../components/aws";
import { RImage } from "../../../components/kubernetes";

const tags = { [stackTag]: "rcluster/test" };
const place = { account: "123456789012", region: "eu-west-1", partition: "aws" };
const zones = ["eu-west-1a", "eu-west-1b"];
export const admin = "arn:aws:iam::123456789012:role/team";

/** What a test wants of the program. */
export interface Wish {
  readonly natGateways?: number;
  readonly encryption?: "aws" | "own";
  readonly capacity?: "spot-first" | "spot" | "on-demand";
  readonly families?: readonly string[];
  readonly ecrEndpoints?: boolean;
  readonly publicAccess?: readonly string[];
}

/** A program with all components of AWS, and all types of resources that they can make. */
export function everything(
  wish: Wish = {},
  see: (made: { cluster: EksCluster; registry: Registry }) => void = () => undefined,
) {
  return () => {
    const { natGateways = 1, encryption = "aws", capacity = "spot-first", families, ecrEndpoints } = wish;
    const network = new Network("network", {
      ...{ cidr: "10.0.0.0/16", zones, natGateways, ecrEndpoints, tags },
      region: place.region,
    });
    const cluster = new EksCluster("cluster", {
      ...{ clusterName: "rcluster-test", place, network, encryption, tags, version: "1.35", admins: [admin] },
      publicAccess: wish.publicAccess ?? ["203.0.113.7/32"],
      ...{ logTypes: ["audit"], logDays: 30 },
    });
    const { kubeconfig, clusterName, clusterArn, keyArn } = cluster;
    const provider = new k8s.Provider("kubernetes", { kubeconfig });
    new AutoNodes(
      "nodes",
      {
        cluster,
        network,
        instance: "test",
        storageClass: "rcluster-test",
        architecture: "arm64",
        capacity,
        families,
        maxCpus: 64,
        tags,
      },
      { providers: [provider] },
    );
    const registry = new Registry("registry", { repositoryName: "rcluster/test", keyArn, tags });
    new RImage("image", { imageName: registry.url, login: registry.login });
    const names = { bucketName: "rcluster-test-1", namespace: "rcluster-test", serviceAccount: "rcluster-r" };
    new Bucket("bucket", { ...names, existing: false, clusterName, clusterArn, keyArn, place, tags });
    budget("budget", { budgetName: "rcluster-test", monthly: 50, email: "me@example.org", tags }, {});
    see({ cluster, registry });
  };
}
