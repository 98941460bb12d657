import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { command, success } from "./project";

const checkout = path.resolve(__dirname, "../..");

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
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-library-"));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("is imported, type-checked and previewed by an empty Pulumi project", async () => {
    const packed = await success("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: checkout });
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: own\nruntime: nodejs\n");
    fs.writeFileSync(path.join(folder, "package.json"), '{"name": "own", "private": true, "main": "index.ts"}');
    const tsconfig = {
      compilerOptions: { strict: true, module: "nodenext", target: "es2023", types: ["node"], skipLibCheck: true },
    };
    fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
    const file = packed.trim().split("\n").at(-1) ?? "";
    const run = (name: string, ...args: string[]) => success(name, args, { cwd: folder, env });
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    await run("npm", "install", "--no-audit", "--no-fund", `./${file}`);
    await run("npx", "pulumi", "stack", "init", "own");
    for (const [platform, program] of Object.entries({ docker: onDocker, kubernetes: onKubernetes })) {
      fs.writeFileSync(path.join(folder, "index.ts"), program);
      await run(
        path.join(checkout, "node_modules", ".bin", "tsc"),
        "--noEmit",
        "--typeRoots",
        path.join(checkout, "node_modules", "@types"),
      );
      const preview = await command("npx", ["pulumi", "preview", "--stack", "own"], { cwd: folder, env });
      assert.equal(preview.code, 0, preview.output);
      for (const component of ["RedisQueue", "RWorkerPool", "RMaster"]) {
        assert.match(preview.output, new RegExp(`rcluster:${platform}:${component}`));
      }
    }
  });
});
