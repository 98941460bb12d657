import * as assert from "node:assert/strict";
import { environmentLines, names, queueEnvironment, redisUrl, threadEnvironment } from "../../components/environment";
import { resolve } from "./mocks";

describe("names", () => {
  it("are the plain ones on stack local", () => {
    const local = names("local");
    assert.deepEqual(
      [local.redis, local.master, local.worker(1), local.network, local.redisPort],
      ["redis", "rmaster", "rworker-1", "rcluster", 6379],
    );
  });

  it("bear the stack's name elsewhere, with a port of its own", () => {
    const other = names("test");
    assert.deepEqual([other.redis, other.master, other.worker(2)], ["redis-test", "rmaster-test", "rworker-test-2"]);
    assert.ok(other.redisPort >= 20000 && other.redisPort < 30000);
    assert.equal(names("test").redisPort, other.redisPort);
    assert.notEqual(names("test2").redisPort, other.redisPort);
  });

  it("are valid host names whatever the stack is called, and differ where stacks do", () => {
    const stacks = ["a.b", "a_b", "A-b", "x".repeat(100), "x".repeat(99)];
    const masters = stacks.map((stack) => names(stack).master);
    for (const name of [...masters, ...stacks.map((stack) => names(stack).worker(1000))]) {
      assert.match(name, /^[a-z0-9][a-z0-9-]{0,62}$/);
    }
    assert.equal(new Set(masters).size, stacks.length);
  });
});

describe("environment", () => {
  it("names the password's file and never holds the password", async () => {
    const redis = { host: "redis", port: 6379, password: "hush", url: "redis://:hush@redis:6379" };
    const { value } = await resolve(queueEnvironment(redis, "jobs"));
    assert.deepEqual(value, {
      REDIS_HOST: "redis",
      REDIS_PORT: "6379",
      REDIS_PASSWORD_FILE: "/run/secrets/redis-password",
      RCLUSTER_QUEUE: "jobs",
    });
  });

  it("names no file for a Redis without a password", async () => {
    const { value } = await resolve(queueEnvironment({ host: "h", port: 1, url: "redis://h:1" }, "jobs"));
    assert.ok(!("REDIS_PASSWORD_FILE" in value));
  });

  it("gives as many threads as whole cores, at least one", () => {
    for (const [cpus, threads] of [
      [0.5, "1"],
      [1, "1"],
      [2.9, "2"],
      [8, "8"],
    ] as const) {
      const env = threadEnvironment({ cpus });
      assert.deepEqual(new Set(Object.values(env)), new Set([threads]));
      assert.ok("OPENBLAS_NUM_THREADS" in env && "MC_CORES" in env && "R_DATATABLE_NUM_THREADS" in env);
    }
  });

  it("becomes lines in a fixed order, later parts winning", () => {
    assert.deepEqual(environmentLines({ B: "1", A: "2" }, { B: "3" }), ["A=2", "B=3"]);
  });

  it("percent-encodes a password in a url", () => {
    assert.equal(redisUrl("h", 1, "p@:/?"), "redis://:p%40%3A%2F%3F@h:1");
    assert.equal(redisUrl("h", 1), "redis://h:1");
  });
});
