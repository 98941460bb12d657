import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { V1Pod } from "@kubernetes/client-node";
import { diagnose, type Observed, type Trouble } from "../../components/kubernetes/diagnose";
import { outlasted } from "../../components/kubernetes/rollout";

// As a real cluster reported them, cut to what matters.
const recorded = JSON.parse(
  fs.readFileSync(path.join(__dirname, "recorded-rollouts.json"), "utf8"),
  (key, value: unknown) => (key.endsWith("Timestamp") && typeof value === "string" ? new Date(value) : value),
) as Readonly<Record<string, Observed>>;
const patience = { unschedulable: 30, unready: 120 };

function look(name: string, change: Partial<Observed> = {}) {
  const observed = recorded[name];
  assert.ok(observed, name);
  const diagnosis = diagnose({ ...observed, ...change }, patience);
  return diagnosis.done ? { done: true, progress: "", troubles: [] as Trouble[] } : diagnosis;
}

/** A recorded workload with some fields of its parts changed. */
function altered(name: string, parts: Readonly<Record<string, object>>): Pick<Observed, "workload"> {
  const workload = structuredClone((recorded[name] as Observed).workload);
  for (const [part, fields] of Object.entries(parts))
    Object.assign(workload[part as keyof typeof workload] ?? {}, fields);
  return { workload };
}

describe("a rollout", () => {
  it("is done when all pods of the newest revision are ready", () => {
    assert.deepEqual(diagnose(recorded.good as Observed, patience), { done: true });
  });

  it("is not done before the controller has seen the change, whatever the old state says", () => {
    assert.equal(look("good", altered("good", { metadata: { generation: 2 } })).done, false);
  });

  it("is not done while pods of an earlier revision are still to go", () => {
    assert.equal(look("good", altered("good", { status: { replicas: 2 } })).done, false);
  });

  it("is done at once for no pods", () => {
    const status = {
      replicas: undefined,
      readyReplicas: undefined,
      availableReplicas: undefined,
      updatedReplicas: undefined,
    };
    assert.equal(look("good", { ...altered("good", { spec: { replicas: 0 }, status }), pods: [] }).done, true);
  });

  const troubles: [string, Omit<Trouble, "log"> & { log?: string }][] = [
    [
      "image",
      {
        kind: "image",
        why: "2 of 2 pods cannot pull image registry.example.org/team/r:1: not found",
        patience: 330,
      },
    ],
    [
      "large",
      {
        kind: "unschedulable",
        why: "4 of 6 pods cannot be scheduled: 0/1 nodes are available: 1 Insufficient memory",
        patience: 30,
      },
    ],
    ["crash", { kind: "crash", why: "its pod crashed 3 times: exit code 3", patience: 0, log: "crash-0" }],
    ["oom", { kind: "crash", why: "its pod crashed 3 times: out of memory (limit 20Mi)", patience: 0, log: "oom-" }],
    [
      "exec",
      {
        kind: "crash",
        why: 'its pod crashed 3 times: exec: "no-such-command": executable file not found in $PATH',
        patience: 0,
        log: "exec-",
      },
    ],
    ["envsecret", { kind: "start", why: 'its pod cannot start: secret "gone" not found', patience: 20 }],
    [
      "mount",
      {
        kind: "volume",
        why: 'its pod cannot start: MountVolume.SetUp failed for volume "s" : secret "gone" not found',
        patience: 30,
      },
    ],
    [
      "claim",
      {
        kind: "claim",
        why: 'its pod cannot be scheduled: claim unbound is not bound: storageclass.storage.k8s.io "gone" not found',
        patience: 30,
      },
    ],
    [
      "noclaim",
      { kind: "claim", why: 'its pod cannot be scheduled: persistentvolumeclaim "absent" not found', patience: 30 },
    ],
    [
      "unready",
      {
        kind: "unready",
        why: "its pod still not ready: Readiness probe failed: not yet",
        patience: 120,
        log: "unready-",
      },
    ],
    [
      "quota",
      {
        kind: "create",
        why: "1 of 2 pods cannot be created: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1",
        patience: 15,
      },
    ],
  ];
  for (const [name, { log, ...expected }] of troubles) {
    it(`says what is wrong: ${expected.why}`, () => {
      const [found, ...others] = look(name).troubles;
      assert.deepEqual({ kind: found?.kind, why: found?.why, patience: found?.patience }, expected);
      assert.deepEqual(others, []);
      assert.equal(found?.log?.pod.startsWith(log ?? "never"), log ? true : undefined);
    });
  }

  for (const name of ["forbidden", "forbiddenSet"]) {
    it(`says what Pod Security forbids (${name})`, () => {
      const [found] = look(name).troubles;
      assert.match(found?.why ?? "", /^1 of 1 pods cannot be created: violates PodSecurity "restricted:latest": allow/);
    });
  }

  it("tells how far it is, and what it waits for", () => {
    assert.match(look("large").progress, /^2 of 6 pods ready; 4 of 6 pods cannot be scheduled/);
  });

  it("does not complain about room while pods that leave make some", () => {
    assert.deepEqual(look("large", { leaving: 1 }).troubles, []);
  });

  it("gives up as soon as an image is not found, or after a minute with a registry that is out of reach", () => {
    const pulling = (said: string) => {
      const text = JSON.stringify(recorded.image?.pods)
        .replaceAll("ImagePullBackOff", "ErrImagePull")
        .replaceAll("registry.example.org/team/r:1: not found", said);
      const [found] = look("image", { pods: JSON.parse(text) as V1Pod[] }).troubles;
      return [found?.why, found?.patience];
    };
    const why = "2 of 2 pods cannot pull image registry.example.org/team/r:1:";
    assert.deepEqual(pulling("not found"), [`${why} not found`, 0]);
    assert.deepEqual(pulling("dial tcp: i/o timeout"), [`${why} dial tcp: i/o timeout`, 60]);
  });

  it("names a broken pod of an earlier revision that a StatefulSet waits for", () => {
    const [found] = look("crash", { pods: [], older: recorded.crash?.pods }).troubles;
    assert.match(
      found?.why ?? "",
      /earlier revision is broken and in the way: kubectl delete pod crash-0 --namespace stats$/,
    );
  });

  it("of a StatefulSet whose pods are replaced by hand is done without that", () => {
    const status = { readyReplicas: 1, updatedReplicas: 0, updateRevision: "new" };
    const byHand = (type: string) => altered("crash", { spec: { updateStrategy: { type } }, status });
    assert.equal(look("crash", byHand("OnDelete")).done, true);
    assert.equal(look("crash", byHand("RollingUpdate")).done, false);
  });
});

describe("patience", () => {
  const trouble = (kind: string, seconds: number): Trouble => ({ kind, why: kind, patience: seconds });

  it("ends when a trouble has lasted for its time, and starts again when it went away in between", () => {
    const since = new Map<string, number>();
    const room = trouble("unschedulable", 30);
    assert.equal(outlasted([room], since, 100), undefined);
    assert.equal(outlasted([room], since, 129), undefined);
    assert.equal(outlasted([], since, 130), undefined);
    assert.equal(outlasted([room], since, 131), undefined);
    assert.equal(outlasted([room], since, 161), room);
  });

  it("is none for what cannot pass", () => {
    const image = trouble("image", 0);
    assert.equal(outlasted([trouble("unready", 120), image], new Map(), 0), image);
  });
});
