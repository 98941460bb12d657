import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  claim,
  clientEgress,
  closed,
  clusterNamespace,
  MetricsExporter,
  pullSecret,
  RedisQueue,
  RImage,
  RJobs,
  RMaster,
  RWorkerPool,
  type ClusterContext,
} from "../../components/kubernetes";
import { redisAccess } from "../../components/kubernetes/policies";
import { cpuQuantity, byteQuantity, resourceRequirements } from "../../components/kubernetes/quantities";
import { restartWarningText } from "../../components/kubernetes/restartWarning";
import { ofType, register, resolve, secretMark, type Registered } from "./mocks";

const context: ClusterContext = { namespace: "stats", instance: "lab" };
const redis = {
  host: "redis",
  port: 6379,
  password: pulumi.secret("hush"),
  url: "redis://:hush@redis:6379",
  secretName: "client",
};
const cluster = {
  ...context,
  redis,
  queue: "jobs",
  image: "registry.example.org/r@sha256:1",
  resources: { cpus: 0.5, memory: 2 ** 30, ephemeralStorage: 2 ** 30, devices: { "nvidia.com/gpu": 1 } },
};
const peers = [{ namespace: "keda", podSelector: { app: "keda-operator" } }];
const queueArgs = { ...context, memory: 2 ** 30, peers };

interface Container {
  name: string;
  image: string;
  env?: { name: string; value: string }[];
  envFrom?: unknown[];
  args?: string[];
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: Record<string, unknown>;
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
  readinessProbe?: unknown;
  livenessProbe?: unknown;
  startupProbe?: unknown;
}
interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes: Record<string, unknown>[];
  securityContext: Record<string, unknown>;
  [key: string]: unknown;
}
interface Workload {
  replicas: number;
  strategy?: unknown;
  updateStrategy?: unknown;
  template: { metadata: { labels: Record<string, string>; annotations?: Record<string, string> }; spec: PodSpec };
}

// A PodTemplate has no spec around its template.
const spec = (resource: Registered | undefined) => (resource?.inputs.spec ?? resource?.inputs) as Workload;
const named = (made: readonly Registered[], name: string) => made.find((resource) => resource.name === name);
const workloads = (made: readonly Registered[]) => [
  ...ofType(made, "kubernetes:Deployment"),
  ...ofType(made, "kubernetes:StatefulSet"),
];
const pods = (made: readonly Registered[]) => [...workloads(made), ...ofType(made, "kubernetes:PodTemplate")];
const clientPod = async (program: () => unknown) => spec(workloads(await register(program))[0]).template.spec;

function pool(args: Partial<ConstructorParameters<typeof RWorkerPool>[1]> = {}) {
  return () => new RWorkerPool("worker", { ...cluster, pool: "small", workers: 2, ...args });
}
const everything = () => {
  clusterNamespace("namespace", { namespace: "stats", instance: "lab" }, {});
  const queue = new RedisQueue("redis", queueArgs);
  new MetricsExporter("metrics", { ...context, redis: queue.exporterEndpoint, queues: ["jobs"], peers });
  const data = { claimName: claim("data", { ...context, role: "master", size: 2 ** 30, claimName: "data" }, {}) };
  pool({ data, env: pulumi.secret({ TOKEN: "hush-too" }) })();
  new RMaster("master", { ...cluster, data });
  new RJobs("jobs", { ...cluster, data, env: pulumi.secret({ TOKEN: "hush-too" }) });
  pullSecret(
    "pull",
    context,
    { server: "registry.example.org", username: "me", password: pulumi.secret("hush-pull") },
    {},
  );
};

for (const preview of [false, true]) {
  describe(`kubernetes components, ${preview ? "preview" : "update"}`, () => {
    let made: Registered[] = [];
    before(async () => {
      made = await register(everything, preview);
    });

    it("harden every pod as Pod Security's level restricted asks, and more", () => {
      assert.equal(pods(made).length, 5);
      for (const resource of pods(made)) {
        const pod = spec(resource).template.spec;
        const why = resource.name;
        assert.equal(pod.automountServiceAccountToken, false, why);
        assert.equal(pod.enableServiceLinks, false, why);
        assert.partialDeepStrictEqual(pod.securityContext, {
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
        });
        for (const id of ["runAsUser", "runAsGroup", "fsGroup"]) assert.ok(Number(pod.securityContext[id]) > 0, why);
        assert.ok(Number(pod.terminationGracePeriodSeconds) >= 10, why);
        for (const key of ["hostNetwork", "hostPID", "hostIPC", "serviceAccountName"]) assert.ok(!(key in pod), key);
        assert.ok(
          pod.volumes.every((volume) => !("hostPath" in volume)),
          why,
        );
        for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
          assert.deepEqual(container.securityContext, {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
          });
          assert.ok(
            container.volumeMounts.some(({ mountPath }) => mountPath === "/tmp"),
            why,
          );
        }
      }
    });

    it("limit what every container uses, and reserve the memory that it may use", () => {
      for (const { resources, name } of pods(made).flatMap((each) => spec(each).template.spec.containers)) {
        assert.ok(resources.requests.cpu && resources.limits.cpu, name);
        assert.ok(resources.limits.memory, name);
        assert.equal(resources.requests.memory, resources.limits.memory, name);
      }
    });

    it("probe every container", () => {
      for (const container of workloads(made).flatMap((each) => spec(each).template.spec.containers)) {
        const probes = [container.readinessProbe, container.livenessProbe, container.startupProbe];
        assert.ok(probes.some(Boolean), container.name);
      }
    });

    it("name no image by the tag latest, or without any", () => {
      for (const { image } of pods(made).flatMap((each) => spec(each).template.spec.containers)) {
        assert.match(image, /(@sha256:|:(?!latest$)[\w.-]+$)/);
      }
    });

    it("label all that they make, and put all of it in the namespace", () => {
      for (const { type, name, inputs } of made.filter((resource) => resource.type.startsWith("kubernetes:"))) {
        const metadata = inputs.metadata as { namespace?: string; labels: Record<string, string> };
        assert.equal(metadata.labels["app.kubernetes.io/instance"], "lab", name);
        assert.equal(metadata.labels["app.kubernetes.io/managed-by"], "rcluster", name);
        if (!type.endsWith(":Namespace")) assert.equal(metadata.namespace, "stats", name);
      }
    });

    it("keep every secret out of everything but Secrets, where it is secret for Pulumi too", () => {
      for (const resource of made) {
        const plain = JSON.stringify(resource.inputs, (_, value: unknown) => (isSecret(value) ? "secret" : value));
        assert.doesNotMatch(plain, /hush|a-password/, resource.name);
        if (!resource.type.endsWith(":Secret")) assert.doesNotMatch(JSON.stringify(resource.inputs), /hush|a-password/);
      }
      for (const secret of ofType(made, "kubernetes:Secret"))
        assert.ok(isSecret(secret.inputs.stringData), secret.name);
    });

    it("let Kubernetes refuse unhardened pods in a namespace of their own", () => {
      const labels = (ofType(made, "kubernetes:Namespace")[0]?.inputs.metadata as { labels: object }).labels;
      assert.partialDeepStrictEqual(labels, { "pod-security.kubernetes.io/enforce": "restricted" });
    });

    it("are waited for by rcluster, and not by the provider", () => {
      for (const { inputs, name } of [...workloads(made), ...ofType(made, "kubernetes:PersistentVolumeClaim")]) {
        const { annotations } = inputs.metadata as { annotations?: object };
        assert.deepEqual(annotations, { "pulumi.com/waitFor": "jsonpath={.metadata.uid}" }, name);
      }
    });
  });
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && secretMark in value;
}

describe("RWorkerPool on kubernetes", () => {
  it("scales by its Deployment's replicas alone, to 0 too", async () => {
    const two = await scaled(2);
    const six = await scaled(6);
    const none = await scaled(0);
    assert.deepEqual(
      [two, six, none].map(({ deployment }) => spec(deployment).replicas),
      [2, 6, 0],
    );
    for (const other of [six, none]) {
      assert.deepEqual(other.rest, two.rest);
      assert.deepEqual({ ...spec(other.deployment), replicas: 0 }, { ...spec(two.deployment), replicas: 0 });
    }
  });

  async function scaled(workers: number) {
    const made = await register(pool({ workers }));
    const [deployment] = ofType(made, "kubernetes:Deployment");
    return { deployment, rest: made.filter((resource) => resource !== deployment) };
  }

  it("gives Kubernetes more time than the worker takes to end by itself", async () => {
    const pod = await clientPod(pool({ graceSeconds: 120 }));
    const grace = pod.containers[0]?.env?.find(({ name }) => name === "RCLUSTER_GRACE");
    assert.equal(grace?.value, "120");
    assert.equal(pod.terminationGracePeriodSeconds, 125);
  });

  it("keeps all old workers until new ones are ready, and is ready once R has joined the queue", async () => {
    const [deployment] = ofType(await register(pool()), "kubernetes:Deployment");
    assert.deepEqual(spec(deployment).strategy, {
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" },
    });
    const container = spec(deployment).template.spec.containers[0];
    const file = container?.env?.find(({ name }) => name === "RCLUSTER_READY")?.value ?? "none";
    assert.match(JSON.stringify(container?.readinessProbe), new RegExp(`test -e ${file} `));
  });

  it("spreads workers over nodes, and takes placement, devices and disk from its arguments", async () => {
    const pod = await clientPod(
      pool({
        nodeSelector: { "kubernetes.io/arch": "arm64" },
        tolerations: [{ key: "spot", operator: "Exists" }],
        priorityClass: "low",
        pullSecret: "pull",
      }),
    );
    assert.partialDeepStrictEqual(pod, {
      nodeSelector: { "kubernetes.io/arch": "arm64" },
      tolerations: [{ key: "spot", operator: "Exists" }],
      priorityClassName: "low",
      imagePullSecrets: [{ name: "pull" }],
      topologySpreadConstraints: [{ topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" }],
    });
    assert.partialDeepStrictEqual(pod.containers[0]?.resources.limits, {
      "nvidia.com/gpu": "1",
      "ephemeral-storage": "1Gi",
    });
  });

  it("has the shared files only where there are any, read-only where asked", async () => {
    const mounts = async (args: Parameters<typeof pool>[0]) =>
      (await clientPod(pool(args))).containers[0]?.volumeMounts.filter(({ mountPath }) => mountPath === "/data");
    assert.deepEqual(await mounts({}), []);
    assert.deepEqual(await mounts({ data: { claimName: "c" } }), [{ name: "data", mountPath: "/data" }]);
    assert.deepEqual(await mounts({ data: { claimName: "c" }, dataReadOnly: true }), [
      { name: "data", mountPath: "/data", readOnly: true },
    ]);
  });

  it("makes a Secret for a Redis that is not rcluster's, and none for one without a password", async () => {
    const foreign = { host: "r.example.org", port: 6380, user: "me", tls: true, url: "" };
    const made = await register(pool({ redis: { ...foreign, password: pulumi.secret("hush") } }));
    assert.equal(ofType(made, "kubernetes:Secret").length, 1);
    const env = spec(workloads(made)[0]).template.spec.containers[0]?.env;
    assert.deepEqual(Object.fromEntries(env?.map(({ name, value }) => [name, value]) ?? []), {
      MC_CORES: "1",
      OMP_NUM_THREADS: "1",
      OPENBLAS_NUM_THREADS: "1",
      RCLUSTER_GRACE: "30",
      RCLUSTER_HELD: "/tmp/rcluster-held",
      RCLUSTER_POOL: "small",
      RCLUSTER_QUEUE: "jobs",
      RCLUSTER_READY: "/tmp/rcluster-ready",
      REDIS_HOST: "r.example.org",
      REDIS_PASSWORD_FILE: "/run/secrets/rcluster/redis-password",
      REDIS_PORT: "6380",
      REDIS_TLS: "true",
      REDIS_USERNAME: "me",
      R_DATATABLE_NUM_THREADS: "1",
    });
    assert.equal(ofType(await register(pool({ redis: foreign })), "kubernetes:Secret").length, 0);
  });

  it("mounts the password as a folder, so that a new one arrives in running pods", async () => {
    const pod = await clientPod(pool());
    const mount = pod.containers[0]?.volumeMounts.find(({ name }) => name === "password");
    assert.deepEqual(mount, { name: "password", mountPath: "/run/secrets/rcluster", readOnly: true });
  });

  it("says once its pods are up that it is there, and why when they are not; a preview does not wait", async () => {
    const seen: string[] = [];
    const rollout = ({ kind, name }: { kind: string; name: string }) => {
      seen.push(`${kind} ${name}`);
      return Promise.resolve();
    };
    await register(pool({ rollout }));
    assert.deepEqual(seen, ["Deployment worker-r-made"]);
    await register(pool({ rollout }), true);
    assert.equal(seen.length, 1);
  });
});

describe("RMaster on kubernetes", () => {
  it("is a StatefulSet named rmaster, replaced at once or when its pod is deleted", async () => {
    const strategy = async (masterRollout?: "auto" | "manual") => {
      const [master] = ofType(
        await register(() => new RMaster("m", { ...cluster, masterRollout })),
        "kubernetes:StatefulSet",
      );
      assert.equal((master?.inputs.metadata as { name: string }).name, "rmaster");
      return spec(master).updateStrategy;
    };
    assert.deepEqual(await strategy(), { type: "RollingUpdate" });
    assert.deepEqual(await strategy("manual"), { type: "OnDelete" });
  });

  it("is not moved by autoscalers: a session may be open in it", async () => {
    const [master] = ofType(await register(() => new RMaster("m", cluster)), "kubernetes:StatefulSet");
    assert.deepEqual(spec(master).template.metadata.annotations, {
      "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
      "karpenter.sh/do-not-disrupt": "true",
    });
  });

  it("warns before an update that ends the session, and of none that does not", () => {
    const inputs = (image: string, replicas = 1) => ({ spec: { replicas, template: { image } } });
    assert.match(restartWarningText(inputs("a"), inputs("b"), false) ?? "", /ends the R session.*master\.rollout/);
    assert.match(restartWarningText(inputs("a"), inputs("b"), true) ?? "", /kubectl delete pod rmaster-0/);
    assert.equal(restartWarningText(inputs("a"), inputs("a", 2), false), undefined);
  });
});

describe("RJobs on kubernetes", () => {
  it("is a PodTemplate named rjobs of pods that run once and are not moved", async () => {
    const [template] = ofType(await register(() => new RJobs("j", cluster)), "kubernetes:PodTemplate");
    assert.equal((template?.inputs.metadata as { name: string }).name, "rjobs");
    const { metadata, spec: pod } = spec(template).template;
    assert.equal(metadata.labels["app.kubernetes.io/component"], "job");
    assert.equal(metadata.annotations?.["karpenter.sh/do-not-disrupt"], "true");
    assert.equal(pod.restartPolicy, "Never");
    assert.deepEqual(pod.containers[0]?.args, ["rcluster-job"]);
    assert.ok(Number(pod.terminationGracePeriodSeconds) > 10, "R is interrupted first, and killed after 10 seconds");
  });
});

describe("a private registry", () => {
  it("is pulled from with the Secret by every pod, Redis and the exporter too", async () => {
    const pullSecret = "pull";
    const made = await register(() => {
      const queue = new RedisQueue("redis", { ...queueArgs, pullSecret });
      new MetricsExporter("metrics", { ...context, redis: queue.exporterEndpoint, queues: ["jobs"], pullSecret });
      pool({ pullSecret })();
      new RMaster("master", { ...cluster, pullSecret, data: { claimName: "data" } });
      new RJobs("jobs", { ...cluster, pullSecret });
    });
    assert.equal(pods(made).length, 5);
    for (const pod of pods(made)) {
      assert.deepEqual(spec(pod).template.spec.imagePullSecrets, [{ name: pullSecret }], pod.name);
    }
  });
});

describe("RedisQueue on kubernetes", () => {
  const acl = async (passwordVersion: number) => {
    const made = await register(() => new RedisQueue("redis", { ...queueArgs, passwordVersion }));
    return { made, secret: named(made, "redis-acl") };
  };

  it("accepts the password before and the one after the current one, by their digests alone", async () => {
    const { made, secret } = await acl(3);
    const names = ofType(made, "random:RandomPassword").map(({ name }) => name);
    for (const version of [2, 3, 4]) assert.ok(names.includes(`redis-password-${version}`), String(version));
    assert.equal(names.filter((name) => name.startsWith("redis-password-")).length, 3);
    const users = (secret?.inputs.stringData as { value: Record<string, string> }).value["users.acl"] ?? "";
    assert.match(users, /^user default on (#[0-9a-f]{64} ){3}~\* &\* \+@all$/m);
    assert.doesNotMatch(users, /a-password/);
  });

  it("has no version before the first", async () => {
    const { made } = await acl(1);
    const names = ofType(made, "random:RandomPassword").map(({ name }) => name);
    assert.ok(!names.includes("redis-password-0"));
  });

  it("changes Secrets and nothing else when the password changes: no pod is replaced", async () => {
    const one = await acl(1);
    const two = await acl(2);
    const inputs = (made: Registered[]) => workloads(made).map((each) => each.inputs);
    assert.deepEqual(inputs(one.made), inputs(two.made));
  });

  it("has a user for its own pod whose password stays, and who cannot look into the queue", async () => {
    for (const version of [1, 2]) {
      const { made, secret } = await acl(version);
      const users = (secret?.inputs.stringData as { value: Record<string, string> }).value["users.acl"] ?? "";
      assert.match(users, /^user keeper on #[0-9a-f]{64} resetkeys resetchannels -@all \+acl\|load \+ping$/m);
      assert.ok(ofType(made, "random:RandomPassword").some(({ name }) => name === "redis-keeper"));
    }
  });

  it("lets peers count and nothing else", async () => {
    const { secret } = await acl(1);
    const users = (secret?.inputs.stringData as { value: Record<string, string> }).value["users.acl"] ?? "";
    const reader = /^user reader on .*$/m.exec(users)?.[0] ?? "";
    assert.match(reader, / resetchannels ~\* -@all /);
    const granted = [...reader.matchAll(/\+(\S+)/g)].map(([, command]) => command).sort();
    assert.deepEqual(granted, [
      "eval",
      "evalsha",
      "hlen",
      "info",
      "llen",
      "ping",
      "scard",
      "script|load",
      "type",
      "zcard",
    ]);
    const without = await register(() => new RedisQueue("redis", { ...queueArgs, peers: [] }));
    assert.ok(!JSON.stringify(without).includes("user reader"));
  });

  it("gives secret outputs: password and url", async () => {
    let queue: RedisQueue | undefined;
    await register(() => (queue = new RedisQueue("redis", { ...queueArgs, localPort: 7000 })));
    assert.ok(queue);
    const url = await resolve(queue.external.url as pulumi.Output<string>);
    assert.deepEqual(url, { value: "redis://:a-password@127.0.0.1:7000", secret: true });
    const inside = await resolve(queue.endpoint.url as pulumi.Output<string>);
    assert.deepEqual(inside, { value: "redis://:a-password@redis:6379", secret: true });
  });

  it("keeps its log on a claim of its own, and starts anew when its settings change", async () => {
    const made = await register(() => new RedisQueue("redis", queueArgs));
    const [server] = ofType(made, "kubernetes:StatefulSet");
    assert.ok(!("volumeClaimTemplates" in (server?.inputs.spec as object)));
    assert.equal(ofType(made, "kubernetes:PersistentVolumeClaim").length, 1);
    const [conf] = ofType(made, "kubernetes:ConfigMap");
    assert.equal(conf?.inputs.immutable, true);
    assert.match(JSON.stringify(conf.inputs.data), /appendonly yes.*maxmemory 805306368.*noeviction/);
  });
});

describe("network policies", () => {
  const instance = { instance: "lab" };
  const ownPods = { "app.kubernetes.io/name": "rcluster", "app.kubernetes.io/instance": "lab" };
  const redisPods = { ...ownPods, "app.kubernetes.io/component": "redis" };

  it("close all pods of the cluster", () => {
    assert.deepEqual(closed(instance), { podSelector: { matchLabels: ownPods }, policyTypes: ["Ingress"] });
  });

  it("open Redis' port to the cluster's clients and named peers, and let Redis connect nowhere", () => {
    assert.deepEqual(redisAccess(instance, peers), {
      podSelector: { matchLabels: redisPods },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [
            { podSelector: { matchLabels: { "rcluster.client": "lab" } } },
            { podSelector: { matchLabels: { ...ownPods, "app.kubernetes.io/component": "metrics" } } },
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "keda" } },
              podSelector: { matchLabels: { app: "keda-operator" } },
            },
          ],
          ports: [{ protocol: "TCP", port: 6379 }],
        },
      ],
    });
  });

  it("let R connect everywhere, or to DNS, Redis and named networks", () => {
    const rules = (...args: [Parameters<typeof clientEgress>[1], number?]) => clientEgress(instance, ...args).egress;
    assert.deepEqual(rules("all"), [{}]);
    const dns = {
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    };
    const toRedis = { to: [{ podSelector: { matchLabels: redisPods } }], ports: [{ protocol: "TCP", port: 6379 }] };
    assert.deepEqual(rules("none"), [dns, toRedis]);
    assert.deepEqual(rules(["10.0.0.0/8"]), [dns, toRedis, { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }]);
    assert.deepEqual(rules("none", 6380), [dns, { ports: [{ protocol: "TCP", port: 6380 }] }]);
  });

  it("stand for all pods that R runs in", async () => {
    const made = await register(everything);
    const clients = pods(made).filter(({ name }) => !/^(redis-server|metrics-exporter)$/.test(name));
    for (const each of clients) {
      assert.partialDeepStrictEqual(spec(each).template.metadata.labels, { ...ownPods, "rcluster.client": "lab" });
    }
    assert.ok(!("rcluster.client" in spec(named(made, "redis-server")).template.metadata.labels));
  });
});

describe("quantities", () => {
  it("are written as Kubernetes does", () => {
    assert.deepEqual([2 ** 31, 512 * 2 ** 20, 5e8].map(byteQuantity), ["2Gi", "512Mi", "500000000"]);
    assert.deepEqual([1, 0.5, 1 / 3, 2.25].map(cpuQuantity), ["1", "500m", "333m", "2250m"]);
  });

  it("let less than a core use a whole one", () => {
    const cpu = (cpus: number) => {
      const { requests, limits } = resourceRequirements({ cpus, memory: 2 ** 30 });
      return [requests.cpu, limits.cpu];
    };
    assert.deepEqual([0.25, 1, 4].map(cpu), [
      ["250m", "1"],
      ["1", "1"],
      ["4", "4"],
    ]);
  });
});

describe("RImage on kubernetes", () => {
  const elsewhere = process.cwd();
  before(() => process.chdir(fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-unit-"))));
  after(() => process.chdir(elsewhere));
  const imageName = "registry.example.org/team/rcluster:lab";
  const image = async (args: Partial<ConstructorParameters<typeof RImage>[1]>) => {
    let made: RImage | undefined;
    const resources = await register(() => (made = new RImage("image", { imageName, ...args })));
    assert.ok(made);
    return { resources, ref: (await resolve(made.ref)).value };
  };

  it("is built, pushed and named by its digest", async () => {
    const login = { server: "registry.example.org", username: "me", password: pulumi.secret("hush") };
    const { resources, ref } = await image({ packages: ["sf"], platform: "linux/arm64", login });
    const [built] = ofType(resources, "docker:Image");
    assert.equal(built?.inputs.skipPush, false);
    assert.equal((built.inputs.build as { platform: string }).platform, "linux/arm64");
    assert.ok(isSecret((built.inputs.registry as { password: unknown }).password) || isSecret(built.inputs.registry));
    assert.equal(ref, "sha256:built");
  });

  it("has a tag of its own where the cluster shares the engine's images", async () => {
    const { resources, ref } = await image({ imageName: "rcluster:lab", push: false });
    assert.equal(ofType(resources, "docker:Image")[0]?.inputs.skipPush, true);
    assert.equal(ref, "rcluster:built");
  });

  it("is taken as it is where it was built elsewhere: no Docker is needed", async () => {
    const { resources, ref } = await image({ ref: "team/r:1" });
    assert.equal(resources.filter(({ type }) => type.startsWith("docker:")).length, 0);
    assert.equal(ref, "team/r:1");
  });
});
