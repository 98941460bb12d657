import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MetricsExporter as DockerExporter } from "../../components/docker";
import { exporterEnvironment, passwordMap } from "../../components/exporter";
import { MetricsExporter as KubernetesExporter } from "../../components/kubernetes";
import { metricsAccess } from "../../components/kubernetes/policies";
import { queueScript } from "../../components/queueScript";
import { exportingUser } from "../../components/redisConf";
import { parseConfig } from "../../stacks/config";
import { dashboard, missing, samples, wantedSeries } from "../metrics/dashboard";
import { ofType, register, resolve, secretMark } from "./mocks";

const redis = {
  ...{ host: "redis", port: 6379, user: "exporter", password: pulumi.secret("hush") },
  url: "redis://exporter:hush@redis:6379",
};
const peers = [{ namespace: "monitoring", podSelector: { app: "prometheus" } }];

describe("the exporter of metrics", () => {
  it("finds Redis, its login and a script for each queue in its environment, and the password in a file", async () => {
    const { value } = await resolve(exporterEnvironment({ redis, queues: ["jobs", "large"] }));
    assert.partialDeepStrictEqual(value, {
      REDIS_ADDR: "redis://redis:6379",
      REDIS_USER: "exporter",
      REDIS_PASSWORD_FILE: "/run/secrets/exporter/passwords.json",
      REDIS_EXPORTER_SCRIPT: "/etc/rcluster/queues/jobs,/etc/rcluster/queues/large",
    });
    assert.doesNotMatch(JSON.stringify(value), /hush/);
    const map = passwordMap(redis);
    assert.ok(map);
    assert.deepEqual(await resolve(map), { value: '{"redis://exporter@redis:6379":"hush"}', secret: true });
  });

  it("takes a Redis with TLS, an address of IPv6, no user or no password", async () => {
    const foreign = { host: "fd00::1", port: 6380, tls: true, url: "" };
    const { value } = await resolve(exporterEnvironment({ redis: foreign, queues: ["jobs"] }));
    assert.equal(value.REDIS_ADDR, "rediss://[fd00::1]:6380");
    assert.ok(!("REDIS_USER" in value) && !("REDIS_PASSWORD_FILE" in value));
    assert.equal(passwordMap(foreign), undefined);
    const map = passwordMap({ ...foreign, password: "hush" });
    assert.equal(map && (await resolve(map)).value, '{"rediss://[fd00::1]:6380":"hush"}');
  });

  it("may read nine keys that hold no value, and write none", () => {
    const line = exportingUser("exporter", ["hush"]);
    const keys = line.split(" ").filter((word) => /[~&]/.test(word));
    assert.equal(keys.length, 9);
    for (const key of keys) assert.match(key, /^%R~\{\*\}:(todo|held|stock|drain|alive|workers|jobs|loops|rate)$/);
    assert.match(line, / resetchannels .* -@all /);
    assert.doesNotMatch(line, /hush|allkeys|allcommands|\+@|\+get |slowlog\|get|config/);
    for (const [, command = "", key] of queueScript("jobs").matchAll(/(?:read|call)\('([A-Z]+)'(?:, '(\w+)')?/g)) {
      assert.match(line, new RegExp(`\\+${command.toLowerCase()}( |$)`), `${command} is allowed`);
      if (key) assert.ok(line.includes(`:${key} `), `${key} is allowed`);
    }
  });

  it("runs a script that Redis itself takes for one that only reads", () => {
    assert.match(queueScript("my-queue.2"), /^#!lua flags=no-writes\n/);
    assert.match(queueScript("my-queue.2"), /'\{my-queue\.2\}:'/);
  });

  it("takes failed iterations from their place, whether a loop tells its length or not", () => {
    const pattern = /string\.match\(loops\[i \+ 1\], '(.+?)'\)/.exec(queueScript("jobs"))?.[1] ?? "";
    const expression = new RegExp(pattern.replaceAll("%", "\\")); // what stands there means the same in Lua
    for (const total of ["1500", "-"]) {
      assert.equal(expression.exec(`rmaster 17 1700000000000 1 640 600 23 ${total}`)?.[1], "23");
    }
  });

  it("is off unless asked for", () => {
    assert.equal(parseConfig({}).metrics.enabled, false);
    const on = parseConfig({ metrics: '{"enabled":true,"port":9000}' }).metrics;
    assert.deepEqual([on.enabled, on.port, on.image], [true, 9000, "oliver006/redis_exporter:v1.69.0"]);
    const kubernetes = { platform: "kubernetes", registry: "registry.example.org/team" };
    assert.throws(
      () => parseConfig({ metrics: '{"peers":[{"namespace":"monitoring"}]}' }),
      /^Error: config metrics\.peers: has no effect on platform docker/,
    );
    assert.throws(
      () => parseConfig({ ...kubernetes, metrics: '{"port":9000}' }),
      /^Error: config metrics\.port: has no effect on platform kubernetes/,
    );
    assert.throws(
      () => parseConfig({ metrics: '{"enabled":"perhaps"}' }),
      /^Error: config metrics\.enabled: "perhaps" is not allowed; allowed: true or false$/,
    );
  });

  it("is a container on Docker that shows the password nowhere", async () => {
    let url = "";
    const made = await register(() => {
      const args = { network: "net", labels: {}, containerName: "rmetrics", port: 9000, redis, queues: ["jobs"] };
      ({ url } = new DockerExporter("metrics", args));
    });
    const [container] = ofType(made, "docker:Container");
    assert.equal(url, "http://127.0.0.1:9000/metrics");
    assert.ok(!("command" in (container?.inputs ?? {})), "it would replace the container on every up");
    assert.doesNotMatch(JSON.stringify({ ...container?.inputs, uploads: undefined }), /hush/);
    const uploads = container?.inputs.uploads;
    assert.match(JSON.stringify(uploads), /hush/);
    assert.ok(secretMark in (uploads as object));
  });
});

describe("the exporter of metrics on Kubernetes", () => {
  const program = () =>
    new KubernetesExporter("metrics", { namespace: "stats", instance: "lab", redis, queues: ["jobs"], peers });

  it("is found by Prometheus at the Service metrics", async () => {
    const [service] = ofType(await register(program), "kubernetes:Service");
    assert.partialDeepStrictEqual(service?.inputs.metadata, {
      name: "metrics",
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9121",
        "prometheus.io/path": "/metrics",
      },
    });
    assert.ok(!("type" in (service?.inputs.spec as object)), "inside of the cluster only");
  });

  it("gets the password from a Secret, and starts anew with another one", async () => {
    const made = await register(program);
    const [secret] = ofType(made, "kubernetes:Secret");
    assert.equal(secret?.inputs.immutable, true);
    assert.ok(secretMark in (secret.inputs.stringData as object));
    assert.doesNotMatch(JSON.stringify(made.filter((resource) => resource !== secret)), /hush/);
  });

  it("answers to its peers alone, and connects to DNS and Redis alone", () => {
    const policy = metricsAccess({ instance: "lab" }, peers);
    assert.deepEqual(policy.policyTypes, ["Ingress", "Egress"]);
    assert.deepEqual(policy.ingress, [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
            podSelector: { matchLabels: { app: "prometheus" } },
          },
        ],
        ports: [{ protocol: "TCP", port: 9121 }],
      },
    ]);
    assert.ok(!("ingress" in metricsAccess({ instance: "lab" })), "nobody connects unless named");
    assert.match(JSON.stringify(policy.egress), /"port":53.*"port":6379/);
  });
});

describe("the dashboard", () => {
  const { panels, schemaVersion, templating } = dashboard();

  it("asks only for what the endpoint gives", () => {
    const recorded = fs.readFileSync(path.join(__dirname, "recorded-metrics.txt"), "utf8");
    const wanted = wantedSeries(dashboard());
    assert.ok(wanted.length >= 15, wanted.map(({ text }) => text).join(" "));
    assert.deepEqual(missing(wanted, samples(recorded)), []);
    assert.equal(missing(wanted, samples("redis_up 1")).length, wanted.length - 1);
  });

  it("is of a format that Grafana 11 and later read, with the data source as a variable", () => {
    assert.ok(schemaVersion >= 39);
    assert.deepEqual(
      templating.list.map(({ name }) => name),
      ["datasource", "instance", "queue"],
    );
    for (const { title, description, datasource, targets } of panels) {
      assert.ok(title && description && targets.length > 0, title);
      for (const { uid } of [datasource, ...targets.map((target) => target.datasource)]) {
        assert.equal(uid, "${datasource}", title);
      }
    }
  });

  it("has panels that do not overlap and fit its 24 columns", () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      assert.ok(x + w <= 24);
      return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
    });
    assert.equal(new Set(cells).size, cells.length);
  });
});
