import * as path from "node:path/posix";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  exporterEnvironment,
  exporterImage,
  exporterPort,
  exporterResources,
  exporterUserId,
  metricsPath,
  passwordMap,
  passwordMapFile,
  scriptFolder,
  type MetricsExporterArgs as Args,
} from "../exporter";
import { queueScript } from "../queueScript";
import { clusterLabels, nameWhenUp, notAwaited, podSelector, type ClusterContext } from "./context";
import { podTemplate, type Placement, type VolumeMount } from "./pod";
import { metricsAccess, type Peer } from "./policies";

const serviceName = "metrics";

export interface MetricsExporterArgs extends Args, ClusterContext, Placement {
  /** Name of the Secret for the image's registry. Default: none. */
  readonly pullSecret?: pulumi.Input<string>;
  /** Pods that may scrape, such as those of Prometheus. Default: none, which leaves port-forwards. */
  readonly peers?: readonly Peer[];
  /** Port of a Redis that is not the cluster's own, wherever it is. Default: the cluster's own Redis. */
  readonly foreignPort?: number;
}

/**
 * An endpoint for Prometheus at the Service `metrics`: what waits and who works in the queues, and Redis' own figures.
 * It logs in as somebody who can read neither tasks nor results, connects to Redis alone, and answers to named peers
 * only. One in a namespace.
 *
 * @example
 * new MetricsExporter("metrics", {
 *   namespace: "stats", instance: "lab", redis: queue.exporterEndpoint, queues: ["jobs"],
 *   peers: [{ namespace: "monitoring", podSelector: { "app.kubernetes.io/name": "prometheus" } }],
 * });
 */
export class MetricsExporter extends pulumi.ComponentResource {
  /** Where the metrics are, for the cluster's pods; known once the exporter is up. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: MetricsExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:kubernetes:MetricsExporter", name, {}, opts);
    const child = { parent: this };
    const metadata = { namespace: args.namespace, labels: clusterLabels(args) };
    const selector = podSelector(args, "metrics");

    const access = new k8s.networking.v1.NetworkPolicy(
      `${name}-access`,
      { metadata, spec: metricsAccess(args, args.peers, args.foreignPort) },
      child,
    );
    // New ones under new names for each change, so that the exporter starts with them.
    const scripts = new k8s.core.v1.ConfigMap(
      `${name}-scripts`,
      {
        metadata,
        immutable: true,
        data: Object.fromEntries(args.queues.map((queue) => [queue, queueScript(queue)])),
      },
      child,
    );
    const passwords = passwordMap(args.redis);
    const secret =
      passwords &&
      new k8s.core.v1.Secret(
        `${name}-password`,
        { metadata, immutable: true, stringData: { [path.basename(passwordMapFile)]: passwords } },
        child,
      );
    const mounts: VolumeMount[] = [
      { volume: { name: "scripts", configMap: { name: scripts.metadata.name } }, path: scriptFolder },
      ...(secret
        ? [
            {
              volume: { name: "password", secret: { secretName: secret.metadata.name, defaultMode: 0o440 } },
              path: path.dirname(passwordMapFile),
            },
          ]
        : []),
    ];
    const probe = { httpGet: { path: "/health", port: exporterPort }, periodSeconds: 10, timeoutSeconds: 5 };
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-exporter`,
      {
        metadata: { ...metadata, annotations: notAwaited },
        spec: {
          replicas: 1,
          selector: { matchLabels: selector },
          revisionHistoryLimit: 2,
          template: podTemplate({
            ...args,
            labels: { ...metadata.labels, ...selector },
            user: exporterUserId,
            containers: [
              {
                name: "exporter",
                image: args.image ?? exporterImage,
                env: exporterEnvironment(args),
                resources: exporterResources,
                port: exporterPort,
                probes: { readinessProbe: probe, livenessProbe: { ...probe, failureThreshold: 6 } },
                mounts,
              },
            ],
            graceSeconds: 10,
          }),
        },
      },
      { ...child, dependsOn: access },
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { ...metadata, name: serviceName, annotations: { ...notAwaited, ...scraped } },
        spec: { selector, ports: [{ name: "metrics", port: exporterPort, targetPort: exporterPort }] },
      },
      child,
    );

    this.url = pulumi
      .all([service.metadata, nameWhenUp(args, "Deployment", deployment)])
      .apply(([found]) => `http://${found.name}.${found.namespace}.svc:${exporterPort}${metricsPath}`);
    this.registerOutputs({ url: this.url });
  }
}

// By which a Prometheus that looks for Services finds it.
const scraped = {
  "prometheus.io/scrape": "true",
  "prometheus.io/port": String(exporterPort),
  "prometheus.io/path": metricsPath,
};
