import * as assert from "node:assert/strict";
import type { Cluster } from "../../components/contracts";
import { containersOf, type Container } from "../../cli/containers";
import type { Job } from "../../cli/jobs/job";
import { parseQueue, type Raw } from "../../cli/queue/parse";
import { findTroubles } from "../../cli/status/containers";
import { costInWords, lookAtPlace, type Place } from "../../cli/status/place";
import { render } from "../../cli/status/render";
import { statusOf } from "../../cli/status/status";
import type { Target } from "../../cli/target";
import { wrap } from "../../cli/terminal";
import { missingOf } from "../../cli/workloads";

const now = 1_700_000_000_000;

function target(platform: Cluster["platform"] = "docker", outputs: Target["outputs"] = {}): Target {
  const names = { redis: "redis", master: "rmaster", workers: ["rworker-1", "rworker-2"] };
  const jobs = { anchor: "rjobs", start: [] };
  const cluster = {
    version: 2,
    platform,
    names,
    workers: 2,
    exec: [],
    commands: {},
    image: "",
    jobs,
  } as unknown as Cluster;
  return { stack: "local", cluster, queue: "jobs", redisUrl: "", outputs };
}

/** A queue with long names and large numbers. */
function crowded(workers: number, loops: number): Raw {
  const ids = Array.from({ length: workers }, (_, index) => `a-worker-on-a-host-with-a-long-name-${index}:17:18c5f0`);
  const jobs = Array.from({ length: loops }, (_, index) => `12ab34cd56ef-${index}`);
  const from = <T>(keys: readonly string[], value: (key: string, index: number) => T) =>
    Object.fromEntries(keys.map((key, index) => [key, value(key, index)]));
  return {
    time: ["1700000000", "0"],
    workers: from(
      ids,
      (id, i) => `${id.split(":")[0]} 1234567 102400000 a-pool-with-a-very-long-name-${i % 3} 0.1.0 4.5.0 9`,
    ),
    held: from(ids, (_, i) => `${jobs[i % loops]}/${i}:${123456 * i}+ ${now - 1e9} 17000001 1`),
    alive: ids.flatMap((id) => [id, String(now + 1000)]),
    ...{ drain: [ids[0] ?? ""], stock: [], jobs, rate: { 1: "1699999999 123456" }, waiting: 1_234_567 },
    loops: from(
      jobs,
      (_, i) => `a-coordinator-with-a-long-name-${i} 12345 ${now - 1e8} 1 2000000 1234567 123456 12345678`,
    ),
    failures: jobs.map(
      (job) => `${job} 1234567 ${now} a-worker-on-a-host-with-a-long-name 1\nf(x)\nf(x)\n${"why ".repeat(99)}`,
    ),
  };
}

describe("the status of a cluster", () => {
  const job = (state: Job["state"]): Job => ({ id: `a-${state}`, script: "a.R", state, fetched: false });
  const none: Place = { wanted: {}, troubles: [], jobs: [] };
  const show = (raw: Raw, place: Partial<Place> = {}) =>
    render(statusOf(target(), "jobs", parseQueue(raw), { ...none, ...place }), costInWords(target()));

  it("fits 80 columns however much there is to tell", () => {
    const why = `13 of 30 pods cannot be scheduled: 0/9 nodes are available: ${"9 Insufficient cpu ".repeat(30)}`;
    const troubles = Array.from({ length: 9 }, (_, index) => ({ what: `worker-r-1a2b3c4d${index}`, why }));
    const lines = show(crowded(500, 30), { wanted: { "a-pool-with-a-very-long-name-1": 1000 }, troubles }).split("\n");
    for (const line of lines) assert.ok(line.length <= 80, `${line.length}: ${line}`);
    assert.ok(lines.length <= 60, `${lines.length} lines`);
  });

  it("tells the numbers, the estimate, what failed and what is in the way", () => {
    const raw: Raw = {
      ...crowded(0, 1),
      workers: { a: "rworker-1 17 102400 workers 0.1.0 4.5.0 9" },
      held: { a: `12ab34cd56ef-0/1:7 ${now} 1 1` },
      alive: ["a", String(now + 1000)],
      ...{ drain: [], waiting: 40, rate: { 1: "1699999999 342" } },
      loops: { "12ab34cd56ef-0": `rmaster 5 ${now - 10_000} 1 60 50 3 150` },
      failures: [`12ab34cd56ef-0 7 ${now} rworker-1 0\n\nno 7\nfor a reason`],
    };
    const text = show(raw, { wanted: { workers: 2 }, troubles: [{ what: "rworker-2", why: "exited, exit code 137" }] });
    assert.match(text, /^local on docker, queue jobs +\d\d:\d\d:\d\d$/m);
    assert.match(text, /^workers +1 live of 2 wanted, 1 busy$/m);
    assert.match(text, /^tasks +40 waiting, 1 running$/m);
    assert.match(text, /^failed +3 iterations$/m);
    assert.match(text, /^rate +34\.2 iterations a second$/m);
    assert.match(text, /^end +in about 20 s, at \d\d:\d\d$/m);
    assert.match(text, /^cost +none \(your own machine\)$/m);
    assert.match(text, /#1 rmaster:5 +10 s +██░░░░░░ +50 of 150 +3 +20 s/);
    assert.match(text, /#1 +7 +rworker-1 +no 7$/m);
    assert.match(text, /rworker-2: exited, exit code 137/);
  });

  it("counts the detached jobs, where there are any", () => {
    const text = show(crowded(0, 0), { jobs: [job("done"), job("running"), job("done")] });
    assert.match(text, /^jobs +1 running, 2 done$/m);
  });

  it("does not call jobs that cannot be told none", async () => {
    const path = process.env.PATH;
    process.env.PATH = ""; // no docker
    const place = await lookAtPlace(target(), "jobs").finally(() => (process.env.PATH = path));
    assert.equal(place.jobs, null);
    assert.deepEqual(place.troubles.map(({ what }) => what), ["docker", "jobs"]); // prettier-ignore
    assert.match(place.troubles[1]?.why ?? "", /^cannot be told: ./);
    assert.match(show(crowded(0, 0), place), /^jobs +not known$/m);
    assert.equal(statusOf(target(), "jobs", parseQueue(crowded(0, 0)), place).jobs, null);
  });

  it("of an idle cluster is short", () => {
    const text = show({ ...crowded(0, 0), rate: {}, waiting: 0, drain: [] }, { wanted: { workers: 0 }, troubles: [] });
    assert.match(text, /^workers +0 live of 0 wanted, 0 busy$/m);
    assert.match(text, /^end +no loop runs$/m);
    assert.equal(text.split("\n").length, 8);
  });

  it("gives scripts null for what nobody knows", () => {
    const raw = { ...crowded(1, 1), loops: {}, held: {} };
    const status = JSON.parse(JSON.stringify(statusOf(target(), "jobs", parseQueue(raw), none))) as {
      loops: Record<string, unknown>[];
      secondsLeft: unknown;
      cost: unknown;
      time: string;
    };
    assert.deepEqual([status.secondsLeft, status.cost, status.time], [null, null, "2023-11-14T22:13:20.000Z"]);
    assert.deepEqual(status.loops, [
      {
        ...{ id: "12ab34cd56ef-0", running: 0, host: null, pid: null, began: null },
        ...{ sent: null, done: null, failed: null, total: null, secondsLeft: null },
      },
    ]);
  });

  it("tells the cost of what rcluster makes alone", () => {
    const cost = { perHour: 0.452, currency: "USD" };
    assert.deepEqual(costInWords(target("eks", { cost })), { amount: "0.45 USD", note: "an hour, on demand" });
    assert.equal(costInWords(target("kubernetes")).amount, "not known");
  });

  it("finds containers that are not as they should be", () => {
    const { cluster } = target();
    const names = containersOf({ ...cluster, names: { ...cluster.names, metrics: "rmetrics" } });
    const container = (name: string, Status: string, state: Partial<Container["State"]> = {}) => ({
      ...{ Name: `/${name}`, Image: "", State: { Status, ExitCode: 0, OOMKilled: false, ...state } },
    });
    const found = [
      container("redis", "running", { Health: { Status: "unhealthy" } }),
      container("rmaster", "exited", { ExitCode: 137, OOMKilled: true }),
      container("rworker-1", "restarting", { ExitCode: 1 }),
      container("rjobs", "exited", { ExitCode: 143 }),
      container("rmetrics", "running", { Health: { Status: "healthy" } }),
    ];
    assert.deepEqual(findTroubles(names, found), [
      { what: "redis", why: "runs and does not answer" },
      { what: "rmaster", why: "exited: out of memory" },
      { what: "rworker-1", why: "starts again and again, exit code 1" },
      { what: "rworker-2", why: "is gone: 'rcluster up --refresh' makes it again" },
      { what: "rjobs", why: "exited, exit code 143" },
    ]);
    const without = found.filter(({ Name }) => Name !== "/rmetrics");
    assert.equal(findTroubles(names, without).at(-1)?.what, "rmetrics");
  });

  it("misses what makes pods on Kubernetes, the exporter of metrics too", () => {
    const names = { redis: "redis", master: "rmaster-0", workers: ["worker-r"], metrics: "metrics" };
    const commands = { shell: "", rscript: "", portForward: "kubectl port-forward" };
    const labels = { "app.kubernetes.io/component": "metrics" };
    const exporter = { spec: { selector: {}, template: { metadata: { labels } } } };
    assert.deepEqual(missingOf({ names, commands }, ["redis", "rmaster", "worker-r"], [exporter]), []);
    assert.deepEqual(missingOf({ names, commands }, ["rmaster"], []), ["redis", "worker-r", "metrics"]);
    assert.deepEqual(missingOf({ names, commands: { ...commands, portForward: undefined } }, ["rmaster", "worker-r"], [exporter]), []); // prettier-ignore
  });

  it("breaks long lines between words", () => {
    assert.deepEqual(wrap("one two three four", 9), ["one two", "three", "four"]);
  });
});
