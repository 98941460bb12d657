import * as assert from "node:assert/strict";
import { Library } from "./library";

const onDocker = `
import * as docker from "@pulumi/docker";
import { RedisQueue, RImage, RMaster, RWorkerPool } from "rcluster/docker";

const network = new docker.Network("network", { name: "own" });
const shared = { network: network.name, labels: { team: "stats" } };
const image = new RImage("image", { imageName: "own:latest", packages: ["jsonlite"] });
const queue = new RedisQueue("queue", {
  ...shared, containerName: "own-redis", volumeName: "own", port: 26379, memory: 2 ** 29,
});
const cluster = {
  ...shared, redis: queue.endpoint, queue: "jobs", image: image.ref, resources: { cpus: 1, memory: 2 ** 29 },
};
new RWorkerPool("workers", { ...cluster, workers: 2, containerName: (i) => \`own-\${i}\` });
new RMaster("master", { ...cluster, containerName: "own-master" });
export const url = queue.external.url;
`;

const onKubernetes = `
import { claim, RedisQueue, RMaster, RWorkerPool } from "rcluster/kubernetes";

const context = { namespace: "default", instance: "own" };
const queue = new RedisQueue("redis", { ...context, memory: 2 ** 29 });
const cluster = {
  ...context, redis: queue.endpoint, queue: "jobs", image: "team/r:1", resources: { cpus: 1, memory: 2 ** 29 },
};
new RWorkerPool("workers", { ...cluster, pool: "small", workers: 2 });
const claimName = claim("data", { ...context, role: "master", size: 2 ** 30 }, {});
new RMaster("master", { ...cluster, data: { claimName } });
export const url = queue.external.url;
`;

describe("rcluster as a library", () => {
  const library = new Library();
  before(() => library.create());
  after(() => library.remove());

  for (const [platform, program] of Object.entries({ docker: onDocker, kubernetes: onKubernetes })) {
    it(`is imported, type-checked and previewed by an empty Pulumi project, on ${platform}`, async () => {
      const output = await library.preview(program);
      for (const component of ["RedisQueue", "RWorkerPool", "RMaster"]) {
        assert.match(output, new RegExp(`rcluster:${platform}:${component}`));
      }
    });
  }
});
