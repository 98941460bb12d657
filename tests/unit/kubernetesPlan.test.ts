import * as assert from "node:assert/strict";
import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { parseRedisUrl } from "../../components/environment";
import { changeProblems, type Change, type Present } from "../../components/kubernetes/changes";
import { parseConfig } from "../../stacks/config";
import { describeCluster } from "../../stacks/kubernetes/describe";
import * as plan from "../../stacks/kubernetes/plan";
import { resolve } from "./mocks";

const base = { platform: "kubernetes", registry: "registry.example.org/team" };
const config = (texts: Record<string, string> = {}) => parseConfig({ ...base, ...texts });

describe("pools", () => {
  it("are one of `workers` workers where none are named, two workers for auto", () => {
    const single = (workers?: string) => plan.poolsOf(config(workers ? { workers } : {}))[0];
    assert.partialDeepStrictEqual(single(), { pool: "worker", component: "worker", key: "worker", workers: 2 });
    assert.equal(single("0")?.workers, 0);
    assert.equal(single("12")?.workers, 12);
  });

  it("take from `worker` and `queue` what they do not say themselves", () => {
    const worker = { memory: "4Gi", cpus: 2, env: { A: "1" }, tolerations: [{ key: "spot", operator: "Exists" }] };
    const pools = [
      { name: "big", workers: 1, memory: "64Gi", queue: "large", tolerations: [], env: {} },
      { name: "spot", workers: 20, nodeSelector: { "example.org/capacity": "spot" } },
    ];
    const [big, spot] = plan.poolsOf(config({ worker: JSON.stringify(worker), pools: JSON.stringify(pools) }));
    assert.partialDeepStrictEqual(big, {
      component: "worker-big",
      key: "pools[0]",
      workers: 1,
      queue: "large",
      resources: { cpus: 2, memory: 64 * 2 ** 30 },
      env: {},
      placement: {},
    });
    assert.deepEqual(big?.placement, {});
    assert.partialDeepStrictEqual(spot, {
      queue: "jobs",
      resources: { memory: 4 * 2 ** 30 },
      env: { A: "1" },
      placement: {
        nodeSelector: { "example.org/capacity": "spot" },
        tolerations: [{ key: "spot", operator: "Exists" }],
      },
    });
  });

  it("run on nodes of the platform that the image was built for", () => {
    const [pool] = plan.poolsOf(config({ image: '{"platform":"linux/arm64"}' }));
    assert.deepEqual(pool?.placement.nodeSelector, { "kubernetes.io/arch": "arm64" });
  });
});

describe("what is asked of a cluster", () => {
  it("is a namespace of the stack's own, or one to adopt", () => {
    assert.deepEqual(plan.wantedOf(config(), "lab", []).namespace, {
      key: "kubernetes.namespace",
      name: "rcluster-lab",
      adopt: false,
    });
    const adopted = config({ kubernetes: '{"namespace":"stats"}' });
    assert.partialDeepStrictEqual(plan.wantedOf(adopted, "lab", []).namespace, { name: "stats", adopt: true });
  });

  it("has an own default and own keys for each claim's StorageClass", () => {
    const storage = (texts: Record<string, string>) => plan.wantedOf(config(texts), "lab", []).storage;
    assert.deepEqual(storage({}), [
      { key: "kubernetes.storageClass", name: undefined },
      { key: "kubernetes.storageClass", name: undefined },
    ]);
    assert.deepEqual(storage({ kubernetes: '{"storageClass":"ssd"}', data: '{"storageClass":"nfs"}' }), [
      { key: "data.storageClass", name: "nfs" },
      { key: "kubernetes.storageClass", name: "ssd" },
    ]);
  });

  it("is room for each pod, unless nodes are said to be made on demand", () => {
    assert.equal(plan.wantedOf(config(), "lab", []).elastic, false);
    assert.equal(plan.wantedOf(config({ kubernetes: '{"elastic":true}' }), "lab", []).elastic, true);
  });

  it("is less where Redis is somebody else's", () => {
    const wanted = plan.wantedOf(config({ redis: '{"url":"redis://r.example.org"}' }), "lab", []);
    assert.deepEqual(wanted.names, [{ kind: "StatefulSet", name: "rmaster" }]);
    assert.equal(wanted.storage.length, 1);
    assert.deepEqual(
      wanted.pods.map(({ key }) => key),
      ["master", "job"],
    );
  });
});

describe("the output `cluster` on kubernetes", () => {
  const made = {
    platform: "kubernetes" as const,
    namespace: "rcluster-lab",
    context: "my cluster",
    instance: "lab",
    master: "rmaster-0",
    deployments: ["worker-1a2b"],
    image: "registry.example.org/r@sha256:1",
    workers: 2,
    localPort: 7000,
    jobs: { template: "rjobs", storage: { size: "10Gi" } },
  };

  it("has commands that can be typed as they are", () => {
    const { commands, exec } = describeCluster(made);
    const kubectl = "kubectl --context 'my cluster' --namespace rcluster-lab";
    assert.deepEqual(commands, {
      shell: `${kubectl} exec -it rmaster-0 -- R`,
      rscript: `${kubectl} exec rmaster-0 -- Rscript`,
      logs: `${kubectl} logs --follow --prefix --max-log-requests 100 --selector app.kubernetes.io/instance=lab,app.kubernetes.io/component=worker`,
      portForward: `${kubectl} port-forward service/redis 7000:6379`,
    });
    assert.deepEqual(exec.slice(-4), ["exec", "--stdin", "rmaster-0", "--"]);
  });

  it("names the kubeconfig where one is set, and leaves out what there is not", () => {
    const { commands } = describeCluster({ ...made, kubeconfig: "/etc/k.conf", workers: 0, localPort: undefined });
    assert.match(commands.shell, /^kubectl --kubeconfig \/etc\/k\.conf --context/);
    assert.deepEqual(Object.keys(commands), ["shell", "rscript"]);
  });
});

describe("an existing Redis", () => {
  it("is told by a url, whose secrets stay secret", async () => {
    const redis = parseRedisUrl("rediss://me:p%40ss@r.example.org:6380/0");
    assert.partialDeepStrictEqual(redis, { host: "r.example.org", port: 6380, user: "me", tls: true });
    assert.deepEqual(await resolve(redis.password as never), { value: "p@ss", secret: true });
    assert.deepEqual(await resolve(redis.url as never), {
      value: "rediss://me:p%40ss@r.example.org:6380/0",
      secret: true,
    });
  });

  it("has a default port, and may have no password", () => {
    const redis = parseRedisUrl("redis://r.example.org");
    assert.deepEqual(
      [redis.host, redis.port, redis.password, redis.user, redis.tls],
      ["r.example.org", 6379, undefined, undefined, undefined],
    );
  });
});

describe("an S3-compatible store", () => {
  it("is found by R's packages through their usual variables", () => {
    const s3 = { accessKeyId: "id", secretAccessKey: "hush", endpoint: "https://s3.example.org", region: "eu-west-1" };
    assert.deepEqual(plan.storeEnvironment(config({ data: JSON.stringify({ s3 }) }).data), {
      AWS_ACCESS_KEY_ID: "id",
      AWS_SECRET_ACCESS_KEY: "hush",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_REGION: "eu-west-1",
      AWS_ENDPOINT_URL: "https://s3.example.org",
      AWS_S3_ENDPOINT: "s3.example.org",
    });
    assert.deepEqual(plan.storeEnvironment(config().data), {});
  });
});

describe("changes that a cluster would refuse, or that would lose data", () => {
  const claim = {
    metadata: { name: "rcluster-data", labels: { "app.kubernetes.io/component": "master" } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "ssd",
      resources: { requests: { storage: "10Gi" } },
    },
  } as V1PersistentVolumeClaim;
  const present = (grows = false): Present => ({
    claims: [claim],
    classes: [{ metadata: { name: "ssd" }, allowVolumeExpansion: grows, provisioner: "p" }],
    passwordVersion: 3,
  });
  const change = (data: object, passwordVersion = 3): Change => ({
    namespace: "n",
    instance: "lab",
    claims: [plan.dataClaimOf(config({ data: JSON.stringify(data) }))],
    passwordVersion,
  });
  const problem = (data: object, grows = false, version = 3) => changeProblems(change(data, version), present(grows));

  it("are none where nothing changes, nothing is there yet, or a claim grows that can", () => {
    assert.deepEqual(problem({}), []);
    assert.deepEqual(problem({ storageClass: "ssd" }), []);
    assert.deepEqual(problem({ size: "20Gi" }, true), []);
    assert.deepEqual(changeProblems(change({ shared: true }, 9), { claims: [], classes: [] }), []);
    const hidden = { ...present(), classes: undefined };
    assert.deepEqual(changeProblems(change({ size: "20Gi" }), hidden), [], "classes are hidden from this login");
  });

  const cases: [string, string[], RegExp][] = [
    [
      "another access mode",
      problem({ shared: true }),
      /^config data\.shared: true is not allowed; allowed: false, as /,
    ],
    [
      "another StorageClass",
      problem({ storageClass: "nfs" }),
      /^config data\.storageClass: "nfs" .* allowed: ssd, as /,
    ],
    ["a smaller claim", problem({ size: "5Gi" }, true), /^config data\.size: 5Gi .* allowed: 10Gi or more, as /],
    [
      "a larger one where claims cannot grow",
      problem({ size: "20Gi" }),
      /^config data\.size: 20Gi .* allowed: 10Gi, as /,
    ],
    [
      "a smaller claim, of a class that is hidden from this login",
      changeProblems(change({ size: "5Gi" }), { ...present(), classes: undefined }),
      /^config data\.size: 5Gi .* allowed: 10Gi or more, as /,
    ],
    ["two steps of the password", problem({}, false, 5), /^config redis\.passwordVersion: 5 .* allowed: 2, 3, 4: /],
  ];
  for (const [what, problems, expected] of cases) {
    it(`are told in one line: ${what}`, () => {
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", expected);
    });
  }
});
