import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Readable } from "node:stream";
import type { V1Job, V1Pod, V1PodTemplate } from "@kubernetes/client-node";
import { create } from "tar";
import { Failure } from "../../cli/failure";
import { findJob, type Jobs } from "../../cli/jobs";
import { duration, jobId, jobOf, parseStatus, spoken, type Job } from "../../cli/jobs/job";
import { belongings, environmentSecret, jobManifest, readerManifest } from "../../cli/jobs/manifests";
import { fetchResult } from "../../cli/jobs/result";
import { jobOfKubernetes } from "../../cli/jobs/state";
import { jobTable } from "../../cli/jobs/table";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString().replace(".000Z", "Z");
const begun = { script: "fit.R", created: at(0), begin: at(1) };

describe("a job's id", () => {
  it("is its script's name and four characters, fit for Docker and Kubernetes", () => {
    const cases = { "fit.R": "fit", "R/My Model (2).r": "my-model-2", "2024.R": "job", "ü.R": "job", "a.b.R": "a-b" };
    for (const [script, begin] of Object.entries(cases)) {
      assert.match(jobId(script), new RegExp(`^${begin}-[a-z2-9]{4}$`));
    }
    const long = jobId(`${"x".repeat(29)}-${"y".repeat(50)}.R`);
    assert.ok(long.length <= 35 && /^x+-[a-z2-9]{4}$/.test(long), long);
  });
});

describe("a job's state", () => {
  const state = (status: object, alive = false) => {
    const { state: is, reason } = jobOf("id", { ...begun, ...status }, alive);
    return reason === undefined ? is : `${is}: ${reason}`;
  };

  it("is what its status file and its container tell", () => {
    assert.equal(state({ begin: undefined }, true), "pending");
    assert.equal(state({}, true), "running");
    assert.equal(state({ code: "0", end: at(9) }), "done");
    assert.equal(state({ code: "130", end: at(9), reason: "cancelled" }), "cancelled");
    assert.equal(state({ code: "1", end: at(9), error: "fit.R:3: no x" }), "failed: fit.R:3: no x");
    assert.equal(state({ code: "3", end: at(9) }), "failed: exit code 3");
    const memory = { code: "137", end: at(9), reason: "out of memory" };
    assert.equal(state(memory), "failed: R was killed: out of memory (exit code 137)");
    assert.equal(state({}), "failed: its container was killed");
    assert.equal(state({ begin: undefined }), "failed: its files never arrived");
  });

  it("is read from lines of a name and a value", () => {
    const text = "script a b.R\nbegin 2026\n\nend\nerror a.R:1: x is 1\n";
    assert.deepEqual(parseStatus(text), { script: "a b.R", begin: "2026", error: "a.R:1: x is 1" });
  });

  it("has a duration once it has begun", () => {
    const job = jobOf("id", begun, true);
    assert.equal(duration(job, Date.parse(at(61))), 60);
    assert.equal(duration(jobOf("id", { ...begun, end: at(5), code: "0" }, false)), 4);
    assert.equal(duration(jobOf("id", { script: "x" }, true)), undefined);
    assert.deepEqual([5, 67, 3600, 7500, 273600].map(spoken), ["5s", "1m07s", "1h00m", "2h05m", "3d04h"]);
  });
});

describe("the table of jobs", () => {
  it("fits 80 columns, whatever the names and errors", () => {
    const job: Job = {
      ...jobOf("a-long-name-of-a-script-which--k3x9", { ...begun, code: "1", end: at(3) }, false),
      script: "some/folder/with/a-long-name-of-a-script-which-is-long.R",
      reason: "x".repeat(200),
    };
    const lines = jobTable([job], Date.parse(at(1e6))).split("\n");
    assert.equal(lines.length, 3);
    for (const line of lines) assert.ok(line.length <= 80, line);
  });
});

describe("finding a job", () => {
  const all = ["fit-aaaa", "fit-bbbb", "sim-cccc"].map((id) => jobOf(id, begun, true));
  const jobs = { list: () => Promise.resolve(all) } as Partial<Jobs> as Jobs;

  it("takes its id, or a beginning that no other one has", async () => {
    assert.equal((await findJob(jobs, "fit-bbbb")).id, "fit-bbbb");
    assert.equal((await findJob(jobs, "sim")).id, "sim-cccc");
  });

  it("ends with exit code 4 otherwise, and names those that there are", async () => {
    const failure = (message: RegExp) => (error: unknown) =>
      error instanceof Failure && error.exitCode === 4 && message.test(error.message);
    await assert.rejects(
      findJob(jobs, "nope"),
      failure(/^there is no job nope; there are fit-aaaa, fit-bbbb, sim-cccc$/),
    );
    await assert.rejects(findJob(jobs, "fit"), failure(/^fit stands for fit-aaaa, fit-bbbb: /));
  });
});

describe("a job's result", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-result-"));
  const { error } = console;
  afterEach(() => void (console.error = error));
  after(() => fs.rmSync(folder, { recursive: true }));

  it("has the links that the job made, however often it is fetched", async () => {
    const output = path.join(folder, "job", "output");
    fs.mkdirSync(path.join(output, "run2"), { recursive: true });
    fs.writeFileSync(path.join(output, "run2", "fit.rds"), "x");
    fs.symlinkSync("run2", path.join(output, "latest"));
    fs.symlinkSync("run2/fit.rds", path.join(output, "best.rds"));
    fs.symlinkSync("../../data", path.join(output, "out"));
    const jobs = {
      output: (_, use) => use(create({ cwd: path.dirname(output) }, ["output"]) as unknown as Readable),
      fetched: () => Promise.resolve(),
    } as Partial<Jobs> as Jobs;
    const done = jobOf("fit-k3x9", { ...begun, code: "0", end: at(9) }, false);
    const to = path.join(folder, "here");
    const notes: string[] = [];
    console.error = (note: string) => notes.push(note);
    for (let time = 0; time < 2; time++) {
      const files = await fetchResult(jobs, done, to);
      assert.deepEqual(
        files,
        ["best.rds", "latest", "run2/fit.rds"].map((name) => path.join(to, name)),
      );
      assert.equal(fs.readFileSync(path.join(to, "best.rds"), "utf8"), "x");
      assert.equal(fs.readlinkSync(path.join(to, "latest")), "run2");
    }
    assert.equal(notes[0], "rcluster: out is left out, a link to ../../data");
  });
});

const template = {
  metadata: { name: "rjobs", uid: "t-1", labels: { "app.kubernetes.io/instance": "lab" } },
  template: {
    metadata: { labels: { "rcluster.client": "lab" }, annotations: { "karpenter.sh/do-not-disrupt": "true" } },
    spec: {
      restartPolicy: "Never",
      volumes: [{ name: "tmp" }, { name: "job", emptyDir: {} }, { name: "input", emptyDir: {} }],
      containers: [{ name: "r", image: "r@sha256:1", args: ["rcluster-job"], env: [{ name: "A", value: "1" }] }],
    },
  },
} as V1PodTemplate;
const wanted = { id: "fit-k3x9", script: "R/fit.R", args: ["--n", "10"], packed: true };
const made: V1Job = { ...jobManifest(wanted, template), metadata: { name: "fit-k3x9", uid: "j-1" } };

describe("a job's objects on Kubernetes", () => {
  it("are owned by the stack's PodTemplate, and by the Job, so that they go with it", () => {
    const owner = (object: { metadata?: { ownerReferences?: object[] } }) => object.metadata?.ownerReferences;
    assert.deepEqual(owner(jobManifest(wanted, template)), [
      { apiVersion: "v1", kind: "PodTemplate", name: "rjobs", uid: "t-1" },
    ]);
    const theirs = [...belongings(made, { size: "1Gi" }, { files: Buffer.from("x") }), readerManifest(made, template)];
    assert.deepEqual(
      theirs.map(({ kind }) => kind),
      ["PersistentVolumeClaim", "Secret", "Pod"],
    );
    for (const each of theirs) {
      assert.deepEqual(owner(each), [{ apiVersion: "batch/v1", kind: "Job", name: "fit-k3x9", uid: "j-1" }]);
    }
  });

  it("run the script once, in the stack's pod, with the job's own claim and files", () => {
    const { metadata, spec } = jobManifest({ ...wanted, keep: 60 }, template);
    assert.deepEqual(metadata?.labels, { "app.kubernetes.io/instance": "lab", "rcluster.job": "fit-k3x9" });
    assert.partialDeepStrictEqual(spec, { suspend: true, backoffLimit: 0, ttlSecondsAfterFinished: 60 });
    const pod = spec?.template;
    assert.equal(pod?.metadata?.labels?.["rcluster.client"], "lab");
    assert.deepEqual(pod.spec?.containers[0]?.args, ["rcluster-job", "/jobs/fit-k3x9", "R/fit.R", "--n", "10"]);
    assert.equal(pod.spec.containers[0].image, "r@sha256:1");
    assert.deepEqual(pod.spec.volumes, [
      { name: "tmp" },
      { name: "job", persistentVolumeClaim: { claimName: "fit-k3x9" } },
      { name: "input", secret: { secretName: "fit-k3x9", defaultMode: 0o440 } },
    ]);
  });

  it("wait for files that are too large for a Secret", () => {
    const pod = jobManifest({ ...wanted, packed: false }, template).spec?.template.spec;
    assert.deepEqual(pod?.containers[0]?.env, [{ name: "A", value: "1" }]);
    assert.deepEqual(pod.volumes?.at(-1), { name: "input", emptyDir: {} });
    assert.equal(belongings(made, { size: "1Gi" }, {}).length, 1);
  });

  it("have a claim of the size and class that the stack says", () => {
    const [claim] = belongings(made, { size: "5Gi", storageClass: "fast" }, {});
    assert.partialDeepStrictEqual(claim, {
      spec: { resources: { requests: { storage: "5Gi" } }, storageClassName: "fast" },
    });
  });

  it("have a copy of the stack's variables, which outlives those of the stack", () => {
    const variables = { envFrom: [{ secretRef: { name: "rjobs-env-1a2b" } }] };
    const [container] = template.template?.spec?.containers ?? [];
    const spec = { ...template.template?.spec, containers: [{ ...container, ...variables }] };
    const withVariables = { ...template, template: { ...template.template, spec } } as V1PodTemplate;
    assert.equal(environmentSecret(template), undefined);
    assert.equal(environmentSecret(withVariables), "rjobs-env-1a2b");
    const pod = jobManifest(wanted, withVariables).spec?.template.spec;
    assert.deepEqual(pod?.containers[0]?.envFrom, [{ secretRef: { name: "fit-k3x9-env" } }]);
    const environment = { metadata: { name: "rjobs-env-1a2b" }, data: { TOKEN: "eA==" } };
    assert.partialDeepStrictEqual(belongings(made, { size: "1Gi" }, { environment }).at(-1), {
      kind: "Secret",
      metadata: { name: "fit-k3x9-env", ownerReferences: [{ name: "fit-k3x9" }] },
      data: { TOKEN: "eA==" },
    });
  });

  it("are read by a pod that finds room where the job itself would not, and goes by itself", () => {
    const { spec } = readerManifest(made, template);
    assert.deepEqual(spec?.containers[0]?.resources?.requests, { cpu: "100m", memory: "64Mi" });
    assert.ok(Number(spec.activeDeadlineSeconds) >= 3600);
  });

  it("carry labels that the list of jobs does not take a reader's pod for a job's by", () => {
    assert.ok(!("rcluster.job" in (readerManifest(made, template).metadata?.labels ?? {})));
  });
});

describe("a job's state on Kubernetes", () => {
  const created = at(0) as unknown as Date;
  const job = (change: Partial<V1Job> = {}, notes = {}): V1Job => ({
    metadata: { name: "fit-k3x9", creationTimestamp: created, annotations: { "rcluster.script": "fit.R", ...notes } },
    status: { startTime: at(1) as unknown as Date },
    ...change,
  });
  const lost = (notes = {}) => {
    const conditions = [{ type: "Failed", status: "True", lastTransitionTime: at(9) as unknown as Date }];
    return job({ status: { startTime: at(1) as unknown as Date, conditions } }, notes);
  };
  const pod = (phase: string, state?: object, conditions: object[] = []) =>
    ({ status: { phase, containerStatuses: state && [{ state }], conditions } }) as V1Pod;
  const state = (...args: [V1Job, V1Pod | undefined, number?]) => {
    const { state: is, reason } = jobOfKubernetes(...args);
    return reason === undefined ? is : `${is}: ${reason}`;
  };
  const ended = (exitCode: number, more: object = {}) => ({
    terminated: { exitCode, startedAt: at(2), finishedAt: at(9), ...more },
  });

  it("is what its pod tells, at the end in the wrapper's words", () => {
    assert.equal(state(job(), pod("Running", { running: { startedAt: at(2) } })), "running");
    assert.equal(state(job(), pod("Succeeded", ended(0, { message: `code 0\nend ${at(9)}` }))), "done");
    const message = `error fit.R:7: no x\ncode 1\nend ${at(9)}`;
    assert.equal(state(job(), pod("Failed", ended(1, { message }))), "failed: fit.R:7: no x");
    const killed = pod("Failed", ended(137, { reason: "OOMKilled" }));
    assert.equal(state(job(), killed), "failed: R was killed: out of memory (exit code 137)");
    assert.equal(state(job(), pod("Failed", ended(139))), "failed: exit code 139");
  });

  it("is failed where Kubernetes ended its pod, and cancelled only where a user did", () => {
    const refused = {
      status: { phase: "Failed", reason: "OutOfcpu", message: "Node didn't have enough resource: cpu" },
    };
    const before = jobOfKubernetes(job(), refused);
    assert.equal(before.state, "failed");
    assert.equal(before.reason, "OutOfcpu: Node didn't have enough resource: cpu");
    assert.equal(before.begin, undefined);
    assert.equal(before.end, at(0), "nothing tells a later time");

    const interrupted = { message: `begin ${at(3)}\nreason cancelled\ncode 130\nend ${at(8)}` };
    const eviction = { reason: "Evicted", message: "The node was low on resource: memory. " };
    const evict = (ending: object) => ({ status: { ...pod("Failed", ending).status, ...eviction } });
    const evicted = evict(ended(130, interrupted));
    const during = jobOfKubernetes(job(), evicted);
    assert.equal(during.reason, "Evicted: The node was low on resource: memory.");
    assert.partialDeepStrictEqual(during, { state: "failed", begin: at(3), end: at(8), exitCode: 130 });
    assert.equal(state(job({}, { "rcluster.cancelled": "true" }), evicted), "cancelled");

    const killed = evict(ended(137, { finishedAt: null }));
    assert.equal(state(job(), killed), "failed: Evicted: The node was low on resource: memory.");

    const condition = {
      type: "DisruptionTarget",
      status: "True",
      reason: "EvictionByEvictionAPI",
      message: "evicting",
    };
    const drained = pod("Failed", ended(130, interrupted), [condition]);
    assert.equal(state(job(), drained), "failed: EvictionByEvictionAPI: evicting");
    assert.equal(state(job(), pod("Failed", ended(130, interrupted))), "failed: it was ended from outside");

    const own = pod("Failed", ended(1, { message: `error fit.R:7: no x\ncode 1\nend ${at(9)}` }), [condition]);
    assert.equal(state(job(), own), "failed: fit.R:7: no x", "it had failed before");
  });

  it("tells why it is pending", () => {
    const message = "0/1 nodes are available: 1 Insufficient memory. preemption: none";
    const full = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
    assert.equal(
      state(job(), pod("Pending", undefined, [full])),
      "pending: cannot be scheduled: 0/1 nodes are available: 1 Insufficient memory",
    );
    assert.equal(state(job(), pod("Pending")), "pending: its pod starts");
    assert.equal(state(job(), undefined), "pending: Kubernetes has not made its pod yet");
  });

  it("is failed where it was never let go, or its pod is gone", () => {
    const suspended = job({ spec: { suspend: true } as V1Job["spec"] });
    assert.equal(state(suspended, undefined, Date.parse(at(5))), "pending");
    assert.equal(state(suspended, undefined, Date.parse(at(500))), "failed: its files never arrived");
    assert.equal(state(lost(), undefined), "failed: its pod is gone: 'rcluster logs fit-k3x9' finds out more");
  });

  it("is what its status file told, once that has been read, where its pod is gone", () => {
    const kept = (text: string) => jobOfKubernetes(lost({ "rcluster.status": text }), undefined);
    const own = kept(`begin ${at(3)}\nerror fit.R:7: no x\ncode 1\nend ${at(8)}\n`);
    const times = { begin: at(3), end: at(8) };
    assert.partialDeepStrictEqual(own, { ...times, state: "failed", reason: "fit.R:7: no x", exitCode: 1 });
    const memory = kept(`reason out of memory\ncode 137\nend ${at(8)}`);
    assert.equal(memory.reason, "R was killed: out of memory (exit code 137)");
    const stopped = `reason cancelled\ncode 130\nend ${at(8)}`;
    assert.equal(kept(stopped).reason, "it was ended from outside");
    const cancelled = { "rcluster.status": stopped, "rcluster.cancelled": "true" };
    assert.equal(state(lost(cancelled), undefined), "cancelled");
    for (const broken of ["", `script fit.R\nbegin ${at(3)}\n`]) {
      assert.equal(kept(broken).reason, "its pod was deleted, or its node is gone");
    }
    const done = job({ status: { completionTime: at(9) as unknown as Date } }, { "rcluster.cancelled": "true" });
    assert.equal(state(done, undefined), "done", "it was done before");
  });

  it("is cancelled where somebody asked for that, before or while it ran", () => {
    const notes = { "rcluster.cancelled": "true" };
    assert.equal(state(job({ spec: { suspend: true } as V1Job["spec"] }, notes), undefined), "cancelled");
    assert.equal(state(job({}, notes), pod("Failed", ended(130))), "cancelled");
    assert.equal(state(job({}, notes), pod("Succeeded", ended(0))), "done", "it was done before");
    assert.equal(state(job({}, notes), pod("Running", { running: { startedAt: at(2) } })), "running");
  });
});
