import * as assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { judgeQuota, quotasFor } from "../../cli/doctor/aws";
import { examine, given, limited, ok, once, warning, wrong } from "../../cli/doctor/check";
import { containerFindings } from "../../cli/doctor/docker";
import { judge } from "../../cli/doctor/facts";
import { policyFinding, registryFinding } from "../../cli/doctor/kubernetes";
import { engineFindings, nodeFinding, pulumiLine, usesDocker } from "../../cli/doctor/machine";
import { redisFindings, workerFindings, type Seen } from "../../cli/doctor/queue";
import { report } from "../../cli/doctor/report";
import { imageFinding, ownFindings } from "../../cli/doctor/running";
import { wrap } from "../../cli/terminal";
import type { Cluster } from "../../components/contracts";
import type { Engine } from "../../components/docker/engine";
import { parseConfig } from "../../stacks/config";

const verdicts = (findings: readonly { verdict: string }[]) => findings.map(({ verdict }) => verdict);

describe("doctor: checks", () => {
  it("run side by side, each with its findings in their order", async () => {
    let running = 0;
    let most = 0;
    const slow = (name: string, seconds: number) => ({
      name,
      look: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
        running--;
        return ok(name);
      },
    });
    const told: number[] = [];
    const found = await examine([slow("a", 0.03), slow("b", 0.01), slow("c", 0.02)], (done) => told.push(done));
    assert.deepEqual(
      found.map(({ check }) => check),
      ["a", "b", "c"],
    );
    assert.equal(most, 3);
    assert.deepEqual(told, [1, 2, 3]);
  });

  it("are wrong where they throw, a line each, and where they take too long", async () => {
    const found = await examine([
      { name: "two", look: () => Promise.reject(new Error("first\nsecond")) },
      { name: "slow", look: () => limited(new Promise<never>(() => undefined), 0.01) },
    ]);
    assert.deepEqual(found, [
      { check: "two", verdict: "wrong", what: "first" },
      { check: "two", verdict: "wrong", what: "second" },
      { check: "slow", verdict: "wrong", what: "no answer within 0.01 s" },
    ]);
  });

  it("say nothing where what they build upon is not there: its own check does", async () => {
    const fact = once(() => Promise.reject<string>(new Error("no such thing")));
    const found = await examine([
      { name: "fact", look: async () => ok(await fact()) },
      { name: "upon it", look: async () => ok(await given(fact())) },
      { name: "upon nothing", look: async () => ok(await given(Promise.resolve<string | undefined>(undefined))) },
    ]);
    assert.deepEqual(found, [{ check: "fact", verdict: "wrong", what: "no such thing" }]);
  });
});

describe("doctor: the report", () => {
  it("fits the terminal, with the mend below what is wrong", () => {
    const long = "Docker is not running, or cannot be used: cannot connect to the Docker daemon at tcp://127.0.0.1:1";
    const text = report([
      { check: "Node.js", ...ok("24.1.0") },
      { check: "Docker", ...wrong(long, "start Docker") },
    ]);
    assert.equal(
      text,
      `ok       Node.js  24.1.0
wrong    Docker   Docker is not running, or cannot be used: cannot connect to
                  the Docker daemon at tcp://127.0.0.1:1
                  Try: start Docker

1 wrong, 0 warnings.`,
    );
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("ends with a summary", () => {
    assert.match(report([{ check: "a", ...ok("b") }]), /All is well\.$/);
    assert.match(report([{ check: "a", ...warning("b") }]), /Nothing is wrong; 1 warning\.$/);
  });

  it("keeps a long word whole, so that it can be copied", () => {
    assert.deepEqual(wrap("see https://docs.docker.com/get-started/ now", 10), [
      "see",
      "https://docs.docker.com/get-started/",
      "now",
    ]);
  });
});

describe("doctor: the machine", () => {
  const engine: Engine = {
    ...{ host: "unix:///var/run/docker.sock", version: "29.1.0", platform: "linux/arm64", cores: 8 },
    ...{ memory: 4 * 2 ** 30, folder: "/var/lib/docker", rootless: true, containers: [] },
  };

  it("needs a Node.js that is new enough", () => {
    assert.deepEqual(verdicts([nodeFinding("24.1.0", ">=22.12"), nodeFinding("22.12.0", ">=22.12")]), ["ok", "ok"]);
    assert.deepEqual(nodeFinding("22.9.1", ">=22.12"), {
      ...{ verdict: "wrong", what: "22.9.1 is too old: 22.12 or later is needed" },
      mend: "see https://nodejs.org/en/download",
    });
  });

  it("tells what Docker has, and what is too little", () => {
    const small = parseConfig({ workers: "1", worker: '{"memory":"1Gi"}', master: '{"memory":"1Gi"}' });
    assert.deepEqual(engineFindings(engine, small, 20 * 2 ** 30), [
      ok("29.1.0, linux/arm64, 8 cores, 4.0 GiB memory, 20 GiB free disk, rootless"),
    ]);
    const large = engineFindings(engine, parseConfig({ workers: "8" }), 2 ** 30);
    assert.deepEqual(verdicts(large), ["ok", "warning", "warning"]);
    assert.match(large[1]?.what ?? "", /^1\.0 GiB of free disk/);
    assert.match(large[2]?.what ?? "", /may use 19 GiB of memory/);
  });

  it("is not asked for Docker where the image is built elsewhere", () => {
    const kubernetes = { platform: "kubernetes" };
    assert.equal(usesDocker(parseConfig({})), true);
    assert.equal(usesDocker(parseConfig({ ...kubernetes, registry: "registry.example.org/team" })), true);
    assert.equal(usesDocker(parseConfig({ ...kubernetes, image: '{"ref":"registry.example.org/r:1"}' })), false);
  });

  it("tells Pulumi's version and backend", () => {
    assert.equal(pulumiLine("v3.265.0\n", '{"user":"me","url":"file:///x"}'), "v3.265.0, state in file:///x");
    const cloud = pulumiLine("v3.265.0\n", '{"user":"me","url":"https://app.pulumi.com/me"}');
    assert.equal(cloud, "v3.265.0, state in https://app.pulumi.com/me as me");
  });
});

describe("doctor: the stack", () => {
  it("judges settings as `up` does, a line for each bad one", () => {
    const texts = { "rcluster:workers": "many", "rcluster:redis": '{"port":0}', "aws:region": "eu-west-1" };
    assert.throws(
      () => judge({ stack: "test", texts }),
      /^Error: config workers: "many" is not allowed; .*\nconfig redis\.port: 0 is not allowed; allowed: a port/,
    );
    assert.equal(judge({ stack: "test", texts: { "rcluster:workers": "3" } }).workers, 3);
  });
});

describe("doctor: Kubernetes and AWS", () => {
  it("tells whether network policies are enforced, as far as it can be told", () => {
    const sets = (...names: string[]) => policyFinding(names.map((name) => ({ metadata: { name } })));
    assert.deepEqual(sets("kube-proxy", "cilium"), ok("enforced by cilium"));
    assert.match(sets("kube-flannel-ds").what, /flannel does not enforce/);
    assert.equal(sets("kube-proxy").verdict, "warning");
  });

  it("tells whether a registry answers", async () => {
    const codes = [200, 401, 500];
    const server = createServer((_, response) => response.writeHead(codes.shift() ?? 500).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      assert.deepEqual(await registryFinding(`${host}/team`), ok(`${host} answers`));
      assert.deepEqual(await registryFinding(`${host}/team`), ok(`${host} answers, and wants a login`));
      assert.equal((await registryFinding(`${host}/team`)).verdict, "wrong");
    } finally {
      server.close();
    }
    const gone = await registryFinding(`${host}/team`);
    assert.match(`${gone.verdict} ${gone.what}`, /^wrong .* does not answer as a registry does: /);
  });

  it("compares quotas with the nodes that may come", () => {
    assert.deepEqual(judgeQuota("spot cores", 256, 64), ok("256 spot cores"));
    assert.match(judgeQuota("spot cores", 5, 64).what, /^5 spot cores, fewer than aws\.nodes\.maxCpus \(64\)$/);
    assert.equal(quotasFor("on-demand").length, 1);
    assert.equal(quotasFor("spot-first").length, 2);
  });
});

describe("doctor: the running cluster", () => {
  const cluster: Cluster = {
    ...{
      version: 2,
      platform: "docker",
      workers: 2,
      exec: [],
      image: "sha256:1",
      commands: { shell: "", rscript: "" },
      jobs: { anchor: "rjobs", start: [] },
    },
    names: { network: "n", redis: "redis", master: "rmaster", workers: ["rworker-1", "rworker-2"] },
  };
  const container = (name: string, Status = "running", health?: string) => ({
    ...{ Name: `/${name}`, Image: "sha256:1" },
    State: { Status, ...(health && { Health: { Status: health } }) },
  });

  it("misses containers that are gone, stopped or mute", () => {
    const all = ["redis", "rmaster", "rjobs", "rworker-1", "rworker-2"].map((name) => container(name));
    assert.deepEqual(containerFindings(cluster, all, "mend"), [ok("5 containers run")]);
    const broken = [container("redis", "running", "unhealthy"), container("rmaster"), container("rworker-2", "exited")];
    assert.deepEqual(containerFindings(cluster, broken, "mend"), [
      wrong("redis runs and does not answer", "mend"),
      wrong("rworker-1 is gone", "mend"),
      wrong("rworker-2 is exited", "mend"),
      wrong("rjobs is gone", "mend"),
    ]);
  });

  it("wants one image everywhere", () => {
    const images = (master: string, worker: string) =>
      new Map([
        ["rmaster", master],
        ["rworker-1", worker],
      ]);
    assert.equal(imageFinding(cluster, images("sha256:1", "sha256:1"), "test").verdict, "ok");
    const other = imageFinding(cluster, images("sha256:1", "sha256:2"), "test");
    assert.equal(`${other.verdict} ${other.what}`, "wrong not the stack's on rworker-1");
    const withIde = { ...cluster, ide: { kind: "jupyter", port: 8888, containerPort: 8888 } } as const;
    assert.equal(imageFinding(withIde, images("sha256:3", "sha256:1"), "test").verdict, "ok");
    assert.equal(imageFinding(withIde, images("sha256:3", "sha256:2"), "test").verdict, "wrong");
  });

  it("counts the workers that live, and their versions", () => {
    const worker = (alive: boolean, version = "0.1.0"): Seen => ({
      state: alive ? "busy" : "late",
      version,
      r: "4.5.0",
    });
    assert.deepEqual(workerFindings([worker(true), worker(true)], 2), [ok("2 of 2 workers are alive")]);
    const late = workerFindings([worker(true), worker(false)], 2, "docker logs rworker-1");
    assert.deepEqual(late, [wrong("1 of 2 workers are alive", "docker logs rworker-1")]);
    const mixed = workerFindings([worker(true), worker(true, "0.0.9")], 2);
    assert.match(mixed[1]?.what ?? "", /0\.1\.0 on R 4\.5\.0, 0\.0\.9 on R 4\.5\.0/);
  });

  it("compares the package of this machine's R", () => {
    const workers: Seen[] = [{ state: "idle", version: "0.1.0", r: "4.5.0" }];
    assert.deepEqual(ownFindings(undefined, workers), []);
    assert.deepEqual(ownFindings("", workers), []);
    assert.deepEqual(ownFindings("0.1.0", workers), [ok("has rcluster 0.1.0")]);
    assert.equal(ownFindings("0.0.9", workers)[0]?.verdict, "warning");
  });

  it("reads how full Redis is", () => {
    const info = (used: number) => `redis_version:8.0.2\r\nused_memory:${used}\r\nmaxmemory:1000\r\n`;
    assert.deepEqual(redisFindings(info(100)), [ok("8.0.2 answers, 10 % of its memory in use")]);
    assert.deepEqual(verdicts(redisFindings(info(900))), ["ok", "warning"]);
    assert.deepEqual(redisFindings("redis_version:8.0.2\r\nused_memory:5\r\nmaxmemory:0\r\n"), [ok("8.0.2 answers")]);
  });
});
