import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { MetricsExporter, RedisQueue, RImage, RJobs, RMaster, RWorkerPool } from "../../components/docker";
import { cpuLimit } from "../../components/docker/container";
import { ownerUser, writeWarning, type Data } from "../../components/docker/data";
import { redisEndpoint } from "../../components/environment";
import { defaultUser, redisConf } from "../../components/redisConf";
import { ofType, register, resolve, type Registered } from "./mocks";

const shared = { network: "net", labels: { "rcluster.stack": "rcluster/test" } };
const redis = { host: "redis", port: 6379, password: "hush", url: "redis://:hush@redis:6379" };
const cluster = { ...shared, redis, queue: "jobs", image: "sha256:1", resources: { cpus: 2, memory: 2 ** 30 } };
const folder: Data = { mount: { type: "bind", source: "/home/me/data", target: "/data" }, user: "1001:1001" };

type Lines = { label: string; value: string }[];
const labels = ({ inputs }: Registered) =>
  Object.fromEntries((inputs.labels as Lines).map(({ label, value }) => [label, value]));

function pool(args: Partial<ConstructorParameters<typeof RWorkerPool>[1]> = {}) {
  return () => new RWorkerPool("worker", { ...cluster, workers: 2, containerName: (i) => `rworker-${i}`, ...args });
}

async function containers(program: () => unknown): Promise<Registered[]> {
  return ofType(await register(program), "docker:Container");
}

const everything = () => {
  const place = { ...shared, containerName: "redis", volumeName: "redis", port: 6379, memory: 2 ** 30 };
  const { exporterEndpoint } = new RedisQueue("queue", place);
  new MetricsExporter("metrics", {
    ...{ ...shared, containerName: "rmetrics", port: 9121 },
    ...{ redis: exporterEndpoint, queues: ["jobs"] },
  });
  pool({ data: folder })();
  new RMaster("master", { ...cluster, containerName: "rmaster", data: folder });
  jobs();
};

function jobs() {
  const names = { containerName: "rjobs", volumeName: "jobs", anchorImage: "sha256:redis" };
  return new RJobs("jobs", { ...cluster, ...names, data: folder });
}

for (const preview of [false, true]) {
  describe(`docker components, ${preview ? "preview" : "update"}`, () => {
    it("make one container a worker, named by index, and none for 0 workers", async () => {
      const made = ofType(await register(pool({ workers: 3 }), preview), "docker:Container");
      assert.deepEqual(made.map(({ name }) => name).sort(), ["worker-1", "worker-2", "worker-3"]);
      assert.deepEqual(made.map(({ inputs }) => inputs.name).sort(), ["rworker-1", "rworker-2", "rworker-3"]);
      assert.equal(ofType(await register(pool({ workers: 0 }), preview), "docker:Container").length, 0);
    });

    it("harden every container and limit what it uses", async () => {
      const made = ofType(await register(everything, preview), "docker:Container");
      assert.equal(made.length, 6);
      for (const { name, inputs } of made) {
        assert.match(String(inputs.user), /^[1-9]\d*:[1-9]\d*$/, name);
        assert.deepEqual(inputs.capabilities, { drops: ["ALL"] }, name);
        assert.ok((inputs.securityOpts as string[]).includes("no-new-privileges"), name);
        assert.ok(inputs.privileged === undefined, name);
        assert.ok(Number(inputs.memory) >= 64 && inputs.memorySwap === inputs.memory, name);
        assert.match(String(inputs.cpus), /^\d+\.\d+$/, name);
        assert.ok(Number(inputs.destroyGraceSeconds) > 0, name);
        assert.equal(inputs.restart, "unless-stopped", name);
        assert.deepEqual(inputs.logOpts, { "max-size": "10m", "max-file": "3" }, name);
        assert.ok(!("platform" in inputs), "a platform would replace the container on every up");
      }
    });

    it("publish on loopback alone", async () => {
      const made = ofType(await register(everything, preview), "docker:Container");
      const ports = made.flatMap(({ inputs }) => (inputs.ports ?? []) as { ip: string; internal: number }[]);
      const loopback = (port: number) => ({ external: port, internal: port, ip: "127.0.0.1", protocol: "tcp" });
      assert.deepEqual(
        ports.sort((a, b) => a.internal - b.internal),
        [6379, 9121].map(loopback),
      );
    });

    it("mark all that can be marked with the stack's label", async () => {
      const made = await register(everything, preview);
      for (const resource of made.filter(({ type }) => /:(Container|Volume)$/.test(type))) {
        assert.equal(labels(resource)["rcluster.stack"], "rcluster/test", resource.name);
      }
    });
  });
}

describe("secrets", () => {
  it("never stand in environments, commands, labels or health checks", async () => {
    const made = await containers(everything);
    for (const { name, inputs } of made) {
      const visible = { ...inputs, uploads: undefined };
      assert.doesNotMatch(JSON.stringify(visible), /hush|a-password/, name);
    }
  });

  it("reach containers as a file that only their user can read", async () => {
    const [worker] = await containers(pool({ data: folder }));
    assert.deepEqual(worker?.inputs.uploads, [
      {
        file: "/run/secrets/redis-password",
        content: "hush",
        owner: "1001",
        group: "1001",
        permissions: "0400",
      },
    ]);
  });

  it("are secret outputs: the password and the url with it", async () => {
    let queue: RedisQueue | undefined;
    await register(() => {
      queue = new RedisQueue("queue", {
        ...shared,
        containerName: "redis",
        volumeName: "redis",
        port: 7000,
        memory: 2 ** 30,
      });
    });
    assert.ok(queue);
    const url = await resolve(queue.external.url as ReturnType<typeof redisEndpoint>["url"]);
    assert.deepEqual(url, { value: "redis://:a-password@127.0.0.1:7000", secret: true });
    const inside = await resolve(queue.endpoint.url as ReturnType<typeof redisEndpoint>["url"]);
    assert.deepEqual(inside, { value: "redis://:a-password@redis:6379", secret: true });
  });

  it("leave Redis' config with a digest of the password", () => {
    const conf = redisConf([defaultUser(["hush"])], 2 ** 30);
    assert.doesNotMatch(conf, /hush/);
    assert.match(conf, /^user default on #[0-9a-f]{64} /m);
    assert.match(conf, /^maxmemory-policy noeviction$/m);
    assert.match(conf, /^appendonly yes$/m);
    assert.match(conf, /^maxmemory 805306368$/m);
  });
});

describe("what the docker provider would not see", () => {
  const spec = async (program: () => unknown) => labels((await containers(program))[0] as Registered)["rcluster.spec"];

  it("replaces the container: a mount, a variable taken away, another user", async () => {
    const base = await spec(pool({ env: { A: "1", B: "2" }, data: folder }));
    assert.equal(await spec(pool({ env: { A: "1", B: "2" }, data: folder })), base);
    assert.notEqual(await spec(pool({ env: { A: "1" }, data: folder })), base);
    assert.notEqual(await spec(pool({ env: { A: "1", B: "2" }, data: folder, dataReadOnly: true })), base);
    const elsewhere = { ...folder, mount: { ...folder.mount, source: "/tmp" } };
    assert.notEqual(await spec(pool({ env: { A: "1", B: "2" }, data: elsewhere })), base);
  });

  it("does not replace it for a new memory limit, which is applied in place", async () => {
    const resources = { cpus: 2, memory: 2 ** 31 };
    assert.equal(await spec(pool({ resources })), await spec(pool()));
  });

  it("spells cores as the provider does", () => {
    assert.deepEqual([1, 0.5, 2, 1.25, 1 / 3].map(cpuLimit), ["1.0", "0.5", "2.0", "1.25", "0.333"]);
  });
});

describe("RJobs", () => {
  let start: string[] = [];
  let anchor: Registered | undefined;
  before(async () => {
    let made: RJobs | undefined;
    [anchor] = await containers(() => (made = jobs()));
    assert.ok(made);
    start = (await resolve(made.start)).value;
  });
  const given = (option: string) => start.filter((_, index) => start[index - 1] === option);

  it("starts jobs hardened and limited as the cluster's other containers, as the owner of the data", () => {
    assert.deepEqual(start.slice(0, 3), ["docker", "run", "--detach"]);
    assert.deepEqual(given("--user"), ["1001:1001"]);
    assert.deepEqual(given("--cap-drop"), ["ALL"]);
    assert.deepEqual(given("--security-opt"), ["no-new-privileges"]);
    assert.deepEqual([given("--cpus"), given("--memory")], [["2.0"], [String(2 ** 30)]]);
    assert.deepEqual(given("--memory-swap"), given("--memory"));
    assert.deepEqual(given("--log-opt"), ["max-file=3", "max-size=10m"]);
    assert.ok(!start.includes("--privileged") && !start.includes("--publish"));
  });

  it("gives them the master's queue and files, and no password", () => {
    assert.ok(given("--env").includes("RCLUSTER_QUEUE=jobs") && given("--env").includes("MC_CORES=2"));
    assert.deepEqual(given("--mount"), [
      "type=volume,source=jobs,target=/jobs",
      "type=bind,source=/home/me/data,target=/data",
    ]);
    assert.doesNotMatch(start.join(" "), /hush/);
  });

  it("ends them with the container that they belong to, which they see by no name of their own", () => {
    assert.ok(start.includes("--rm"));
    assert.deepEqual([given("--pid"), given("--network")], [["container:rjobs"], ["container:rjobs"]]);
    assert.deepEqual(given("--label"), ["rcluster.stack=rcluster/test"]);
    assert.equal(anchor?.inputs.init, true, "somebody has to see to what their processes leave behind");
  });

  it("keeps that container where the image of R changes", () => {
    assert.equal(anchor?.inputs.image, "sha256:redis");
    assert.doesNotMatch(JSON.stringify(anchor.inputs), /sha256:1/);
  });
});

describe("shared files", () => {
  it("belong to the folder's owner, and never to root", () => {
    assert.equal(ownerUser(1001, 100, false), "1001:100");
    assert.equal(ownerUser(0, 0, false), "1000:1000");
    assert.equal(ownerUser(1001, 100, true), "1000:1000");
  });

  it("come with a warning where R cannot write", () => {
    assert.equal(writeWarning("data", 1001, false), undefined);
    assert.match(writeWarning("data", 0, false) ?? "", /it is root's.*master\.dataDir/);
    assert.match(writeWarning("data", 1001, true) ?? "", /rootless Docker/);
  });

  it("can be read-only on the workers, never on the master", async () => {
    const [worker] = await containers(pool({ data: folder, dataReadOnly: true }));
    assert.deepEqual(worker?.inputs.mounts, [{ ...folder.mount, readOnly: true }]);
    const [master] = await containers(() => new RMaster("m", { ...cluster, containerName: "m", data: folder }));
    assert.deepEqual(master?.inputs.mounts, [{ ...folder.mount, readOnly: false }]);
  });
});

describe("RImage", () => {
  const elsewhere = process.cwd();
  before(() => process.chdir(fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-unit-"))));
  after(() => process.chdir(elsewhere));

  it("builds a staged copy of images/r with the config's packages in the lists", async () => {
    const [image] = ofType(
      await register(
        () => new RImage("image", { imageName: "rcluster:latest", packages: ["sf@1.0-19"], apt: ["jags"] }),
      ),
      "docker:Image",
    );
    const build = image?.inputs.build as { context: string; args: Record<string, string> };
    assert.equal(image?.inputs.skipPush, true);
    assert.ok(!path.isAbsolute(build.context), "the state would differ between machines");
    assert.match(fs.readFileSync(path.join(build.context, "packages.txt"), "utf8"), /^sf@1\.0-19$/m);
    assert.match(fs.readFileSync(path.join(build.context, "apt.txt"), "utf8"), /^jags$/m);
    assert.equal(build.args.BASE, "debian:trixie-slim");
    assert.equal(build.args.COMPILERS, "false");
  });

  it("pulls an image built elsewhere instead", async () => {
    const made = await register(() => new RImage("image", { imageName: "rcluster:latest", ref: "team/r:1" }));
    assert.equal(ofType(made, "docker:Image").length, 0);
    assert.equal(ofType(made, "docker:RemoteImage")[0]?.inputs.name, "team/r:1");
  });
});
