import * as assert from "node:assert/strict";
import type { Redis } from "ioredis";
import { dashboard, missing, queueValues, samples, wantedSeries } from "../metrics/dashboard";
import { buildExporter } from "../metrics/image";
import { compareWhileRunning } from "../metrics/truth";
import { withRedis } from "./client";
import { command, docker, eventually, Project } from "./project";

describe("metrics on Docker", () => {
  const project = new Project();
  const exporter = `rmetrics-${project.stack}`;
  let url = "";

  before(async () => {
    const image = await buildExporter(`rcluster-e2e-exporter:${project.stack}`);
    await project.create({ workers: "2", "metrics.enabled": "true", "metrics.image": image });
  });
  after(async () => {
    await project.remove();
    await command("docker", ["image", "rm", `rcluster-e2e-exporter:${project.stack}`]);
  });

  const scrape = async () => {
    const response = await fetch(url);
    assert.equal(response.status, 200);
    return response.text();
  };
  const password = async () => {
    const map = JSON.parse(await docker("exec", exporter, "cat", "/run/secrets/exporter/passwords.json")) as object;
    const [found] = Object.values(map) as string[];
    assert.ok(found && found.length >= 32);
    return found;
  };

  it("come up with the cluster, at the address in the output", async () => {
    await project.up();
    url = JSON.parse(await project.output("metricsUrl")) as string;
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    assert.equal((await project.cluster()).names.metrics, exporter);
    const workers = async () => queueValues(samples(await scrape().catch(() => ""))).workers;
    await eventually("two workers are counted", async () => (await workers()) === 2 || undefined);
  });

  it("tell what cluster_json() tells, while a loop runs and after it", () =>
    compareWhileRunning((code) => project.r(code), scrape));

  it("give all that the dashboard asks for", async () => {
    assert.deepEqual(missing(wantedSeries(dashboard()), samples(await scrape())), []);
  });

  it("answer in under 200 ms with 500 workers and 10,000 tasks waiting", async () => {
    const workers = Array.from({ length: 500 }, (_, index) => `worker-${index}`);
    const tasks = Array.from({ length: 10000 }, (_, index) => [index, `a-job/${index}`]);
    const description = "a-host 4711 204800 workers 0.1.0 4.5.0 1234";
    await withRedis(await project.redisUrl(), async (redis) => {
      await redis.zadd("{jobs}:todo", ...tasks.flat());
      await redis.hset("{jobs}:workers", Object.fromEntries(workers.map((worker) => [worker, description])));
      const begin = Date.now();
      const values = queueValues(samples(await scrape()));
      const duration = Date.now() - begin;
      console.log(`      a scrape of 500 workers and 10,000 tasks: ${duration} ms`);
      await redis.del("{jobs}:todo");
      await redis.hdel("{jobs}:workers", ...workers);
      assert.deepEqual([values.waiting, values.workers], [10000, 502]);
      assert.ok(duration < 200, `${duration} ms`);
    });
  });

  it("log in as somebody who can neither read tasks or results nor write", async () => {
    const refused = (answer: Promise<unknown>) =>
      assert.rejects(answer, /NOPERM|ACL failure|can't access|no permissions/);
    const secret = await password();
    const reads = async (redis: Redis) => {
      assert.equal(await redis.zcard("{jobs}:todo"), 0);
      for (const [name, ...args] of [
        ["GET", "{jobs}:protocol"],
        ["HGETALL", "{jobs}:task"],
        ["HKEYS", "{jobs}:env:1"],
        ["SMEMBERS", "{jobs}:blobs:1"],
        ["ZCARD", "anything"],
        ["KEYS", "*"],
        ["SCAN", "0"],
        ["SET", "a", "b"],
        ["HSET", "{jobs}:rate", "0", "1 1"],
        ["DEL", "{jobs}:todo"],
        ["CONFIG", "GET", "*"],
        ["SLOWLOG", "GET"],
        ["ACL", "LIST"],
        ["CLIENT", "LIST"],
        ["MONITOR"],
        ["FLUSHALL"],
        ["EVAL", "return redis.call('HGETALL', '{jobs}:task')", "0"],
        ["EVAL", "return redis.call('DEL', '{jobs}:todo')", "0"],
        ["EVAL", "return redis.call('HSET', '{jobs}:rate', '0', '1 1')", "0"],
      ] as const) {
        await refused(redis.call(name, ...args)).catch((error: unknown) => {
          throw new Error(`${name} ${args.join(" ")}: ${String(error)}`);
        });
      }
      await assert.rejects(redis.auth("default", secret), /WRONGPASS/);
    };
    await withRedis(await project.redisUrl(), reads, {
      username: "exporter",
      password: secret,
      enableReadyCheck: false,
    });
  });

  it("keep the password out of docker inspect, logs and process lists", async () => {
    const secret = await password();
    for (const name of [exporter, `redis-${project.stack}`]) {
      assert.ok(!(await docker("inspect", name)).includes(secret), name);
      assert.ok(!(await command("docker", ["logs", name])).output.includes(secret), name);
      assert.ok(!(await docker("top", name)).includes(secret), name);
    }
    assert.ok(!(await scrape()).includes(secret));
  });

  it("run without root and without capabilities, on loopback", async () => {
    const status = await docker("exec", exporter, "cat", "/proc/1/status");
    assert.match(status, /^Uid:\s+59000\s/m);
    assert.match(status, /^CapEff:\s+0+$/m);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    const ports = await docker("inspect", "-f", "{{json .HostConfig.PortBindings}}", exporter);
    assert.match(ports, /^\{"9121\/tcp":\[\{"HostIp":"127\.0\.0\.1","HostPort":"\d+"\}\]\}$/);
  });

  it("go and come without anything else being touched, and change nothing on a second up", async () => {
    for (const args of [[], ["--refresh"], []]) {
      assert.match((await project.up(args)).output, /Resources:\s+\d+ unchanged\s/);
    }
    const before = await project.containers();
    before.delete(exporter);
    for (const enabled of [false, true]) {
      await project.set({ "metrics.enabled": String(enabled) });
      await project.up();
      const now = await project.containers();
      assert.equal(now.delete(exporter), enabled);
      assert.deepEqual(now, before);
    }
  });
});
