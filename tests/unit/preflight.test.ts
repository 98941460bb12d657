import * as assert from "node:assert/strict";
import type { V1Node } from "@kubernetes/client-node";
import { misfits, quantity, type PodRequest } from "../../components/kubernetes/capacity";
import type { Access, Action } from "../../components/kubernetes/access";
import { checkChanges } from "../../components/kubernetes/changes";
import { checkCluster, type Facts, obstacles, type Wanted } from "../../components/kubernetes/preflight";

const own = { "app.kubernetes.io/instance": "test" };
const node = (allocatable: Record<string, string>, spec: V1Node["spec"] = {}, labels = {}): V1Node => ({
  metadata: { labels },
  spec,
  status: { allocatable },
});
const nodes = [node({ cpu: "1930m", memory: "3Gi" }), node({ cpu: "8", memory: "1Gi" })];
const worker: PodRequest = { key: "worker", cpus: 1, memory: 2 ** 30 };
const wanted: Wanted = {
  labels: own,
  namespace: { key: "kubernetes.namespace", name: "stats", adopt: true },
  names: [
    { kind: "Service", name: "redis" },
    { kind: "StatefulSet", name: "rmaster" },
  ],
  storage: [{ key: "kubernetes.storageClass" }],
  pods: [worker],
};
const facts: Facts = {
  namespace: { labels: {}, terminating: false },
  objects: {},
  storageClasses: [
    { name: "standard", isDefault: true },
    { name: "fast", isDefault: false },
  ],
  hasClaims: false,
  nodes,
  forbidden: [],
};

describe("checking a cluster", () => {
  it("finds nothing in the way of a stack that is up already", () => {
    const objects = { "Service redis": { labels: own }, "StatefulSet rmaster": { labels: { ...own, more: "x" } } };
    assert.deepEqual(obstacles(wanted, { ...facts, objects }), []);
  });

  it("wants a namespace to adopt to exist and to stay", () => {
    assert.deepEqual(obstacles(wanted, { ...facts, namespace: undefined }), [
      'config kubernetes.namespace: "stats" is not allowed; allowed: an existing namespace',
    ]);
    assert.deepEqual(obstacles(wanted, { ...facts, namespace: { terminating: true } }), [
      "config kubernetes.namespace: namespace stats is being deleted; wait until it is gone",
    ]);
  });

  it("makes a namespace unless somebody else has it", () => {
    const making = { ...wanted, namespace: { ...wanted.namespace, adopt: false } };
    assert.deepEqual(obstacles(making, { ...facts, namespace: undefined }), []);
    assert.deepEqual(obstacles(making, { ...facts, namespace: { labels: own, terminating: false } }), []);
    assert.deepEqual(obstacles(making, facts), [
      "namespace stats exists and is not of this stack: set config kubernetes.namespace to use it, or delete it",
    ]);
  });

  it("names what has a name already and is of another stack, or nobody's", () => {
    const objects = {
      "Service redis": { labels: { "app.kubernetes.io/instance": "other" } },
      "StatefulSet rmaster": {},
    };
    assert.deepEqual(obstacles(wanted, { ...facts, objects }), [
      "config kubernetes.namespace: namespace stats has a Service redis that is not of this stack; allowed: another",
      "config kubernetes.namespace: namespace stats has a StatefulSet rmaster that is not of this stack; allowed: another",
    ]);
  });

  it("wants a StorageClass: the one that was named, else the default one", () => {
    const named = { ...wanted, storage: [{ key: "kubernetes.storageClass", name: "slow" }] };
    assert.deepEqual(obstacles(named, facts), [
      'config kubernetes.storageClass: "slow" is not allowed; allowed: standard, fast',
    ]);
    const noDefault = { ...facts, storageClasses: [{ name: "fast", isDefault: false }] };
    const problem = "config kubernetes.storageClass: not set, and the cluster has no default StorageClass";
    assert.deepEqual(obstacles(wanted, noDefault), [`${problem}; allowed: fast`]);
    assert.deepEqual(obstacles(wanted, { ...noDefault, hasClaims: true }), [], "its claims are bound already");
    assert.deepEqual(obstacles(wanted, { ...facts, storageClasses: [] }), [
      `${problem}; allowed: none: the cluster has no StorageClass`,
    ]);
  });

  it("does not ask for what a login with rights in one namespace may not see", async () => {
    const clusterWide = (resource: string) => ["nodes", "storageclasses"].includes(resource);
    const refused = () => Promise.reject(new Error("forbidden"));
    const access = {
      context: "team",
      server: "https://k8s.example.org",
      authorization: {
        createSelfSubjectAccessReview: ({ body }: { body: { spec: { resourceAttributes: Action } } }) => {
          const { resource } = body.spec.resourceAttributes;
          return Promise.resolve({ status: { allowed: !clusterWide(resource) } });
        },
      },
      storage: { listStorageClass: refused },
      core: {
        listNode: refused,
        readNamespace: () => Promise.resolve({ metadata: {} }),
        listNamespacedPersistentVolumeClaim: () => Promise.resolve({ items: [] }),
        listNamespacedSecret: () => Promise.resolve({ items: [] }),
      },
    } as unknown as Access;
    await checkCluster(access, { ...wanted, names: [] });
    await checkChanges(access, { namespace: "stats", instance: "lab", claims: [] });
  });

  it("says what the login may not do", () => {
    assert.deepEqual(obstacles(wanted, { ...facts, forbidden: ["create deployments"] }), [
      "this login may not create deployments in namespace stats",
    ]);
  });

  it("collects all problems, those of each pod too, unless nodes are made on demand", () => {
    const large = {
      ...wanted,
      pods: [
        { ...worker, cpus: 16 },
        { ...worker, key: "master", cpus: 32 },
      ],
    };
    assert.equal(obstacles(large, { ...facts, namespace: undefined }).length, 3);
    assert.deepEqual(obstacles({ ...large, elastic: true }, facts), []);
    assert.deepEqual(obstacles(large, { ...facts, nodes: undefined }), [], "nodes are hidden from this login");
  });
});

const hint = "; where nodes are made on demand, set kubernetes.elastic";

describe("a pod that is too large for any node", () => {
  it("is any pod where there are no nodes", () => {
    assert.deepEqual(misfits(worker, []), [`the cluster has no nodes${hint}`]);
  });

  it("is named with the largest number that there is", () => {
    assert.deepEqual(misfits({ ...worker, cpus: 8.5, memory: 2 ** 32 }, nodes), [
      `config worker.cpus: 8.5 is not allowed; allowed: at most 8, the most that a node has${hint}`,
      `config worker.memory: 4Gi is not allowed; allowed: at most 3Gi, the most that a node has${hint}`,
    ]);
    assert.deepEqual(misfits({ ...worker, devices: { "nvidia.com/gpu": 1 } }, nodes), [
      `config worker.gpu: 1 is not allowed; allowed: at most 0, the most that a node has${hint}`,
    ]);
  });

  it("is one whose parts fit on different nodes only", () => {
    assert.deepEqual(misfits({ ...worker, cpus: 4, memory: 2 ** 31 }, nodes), [
      `config worker: no single node has cpus 4, memory 2Gi; allowed: what fits on one node${hint}`,
    ]);
    assert.deepEqual(misfits({ ...worker, cpus: 1.93, memory: 3 * 2 ** 30 }, nodes), []);
  });

  it("may be so by its node selector", () => {
    const big = node({ cpu: "64", memory: "256Gi" }, {}, { size: "big" });
    const request = { ...worker, cpus: 32, nodeSelector: { size: "big" } };
    assert.deepEqual(misfits(request, [...nodes, big]), []);
    assert.deepEqual(misfits(request, nodes), [`config worker.nodeSelector: no node has the labels size=big${hint}`]);
  });

  it("may be so by taints that it does not tolerate", () => {
    const tainted = [
      node({ cpu: "8", memory: "8Gi" }, { taints: [{ key: "spot", value: "yes", effect: "NoSchedule" }] }),
    ];
    assert.deepEqual(misfits(worker, tainted), [
      `config worker.tolerations: no node takes the pod; taints: spot=yes:NoSchedule${hint}`,
    ]);
    for (const toleration of [
      { key: "spot", operator: "Exists" },
      { key: "spot", value: "yes", effect: "NoSchedule" },
      { operator: "Exists" },
    ]) {
      assert.deepEqual(misfits({ ...worker, tolerations: [toleration] }, tainted), [], JSON.stringify(toleration));
    }
    assert.equal(misfits({ ...worker, tolerations: [{ key: "spot", value: "no" }] }, tainted).length, 1);
  });

  it("reads the quantities that nodes report", () => {
    assert.deepEqual(["2", "1930m", "22373184Ki", "1G", "1e3", "0"].map(quantity), [
      2,
      1.93,
      22373184 * 1024,
      1e9,
      1000,
      0,
    ]);
  });
});
