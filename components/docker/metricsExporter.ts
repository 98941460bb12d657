import * as docker from "@pulumi/docker";
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
import { containerArgs, type ContainerContext } from "./container";

export interface MetricsExporterArgs extends Args, ContainerContext {
  readonly containerName: string;
  /** Port on this machine's loopback. */
  readonly port: number;
}

/**
 * An endpoint for Prometheus, on loopback: what waits and who works in the queues, and Redis' own figures. It logs in as
 * somebody who can read neither tasks nor results.
 *
 * @example
 * new MetricsExporter("metrics", {
 *   network: network.name, labels: {}, containerName: "rmetrics", port: 9121,
 *   redis: queue.exporterEndpoint, queues: ["jobs"],
 * });
 */
export class MetricsExporter extends pulumi.ComponentResource {
  readonly containerName: string;
  /** Where the metrics are, for this machine. */
  readonly url: string;

  constructor(name: string, args: MetricsExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:docker:MetricsExporter", name, {}, opts);
    const image = new docker.RemoteImage(
      `${name}-image`,
      { name: args.image ?? exporterImage, keepLocally: true },
      { parent: this, retainOnDelete: true },
    );
    const passwords = passwordMap(args.redis);
    new docker.Container(
      `${name}-exporter`,
      containerArgs({
        ...args,
        name: args.containerName,
        image: image.imageId,
        user: `${exporterUserId}:${exporterUserId}`,
        resources: exporterResources,
        env: exporterEnvironment(args),
        files: [
          ...args.queues.map((queue) => ({ path: `${scriptFolder}/${queue}`, content: queueScript(queue) })),
          ...(passwords ? [{ path: passwordMapFile, content: passwords }] : []),
        ],
        ports: [{ external: args.port, internal: exporterPort }],
        graceSeconds: 10,
      }),
      { parent: this, deleteBeforeReplace: true },
    );
    this.containerName = args.containerName;
    this.url = `http://127.0.0.1:${args.port}${metricsPath}`;
    this.registerOutputs({ containerName: this.containerName, url: this.url });
  }
}
