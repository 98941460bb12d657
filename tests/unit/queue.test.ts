import * as assert from "node:assert/strict";
import { secondsLeft, secondsToEnd, speedOf } from "../../cli/queue/estimate";
import { parseFailure, parseQueue, type Raw } from "../../cli/queue/parse";
import { countPools } from "../../cli/queue/pools";

const now = 1_700_000_000_000;
const empty: Raw = {
  ...{ time: ["1700000000", "500000"], workers: {}, held: {}, alive: [], drain: [], stock: [], jobs: [] },
  ...{ loops: {}, rate: {}, waiting: 0, failures: [] },
};
const alive = (...ids: string[]) => ids.flatMap((id) => [id, String(now + 9000)]);

describe("a look at the queue", () => {
  it("of nobody is empty", () => {
    assert.deepEqual(parseQueue(empty), {
      ...{ time: now + 500, waiting: 0, running: 0, rate: 0, workers: [], loops: [], failures: [] },
    });
  });

  it("tells each worker's state and task", () => {
    const text = (host: string) => `${host} 17 102400 workers 0.1.0 4.5.0 12`;
    const { workers, running, loops } = parseQueue({
      ...empty,
      workers: { a: text("w-10"), b: text("w-2"), c: text("w-3"), d: text("w-4"), e: text("w-5") },
      held: { a: `job-1/7:120+ ${now - 3000} 17000001 1`, c: `job-1/2:9 ${now} 5 0` },
      alive: [...alive("a", "b", "c", "e"), "d", String(now)],
      drain: ["c"],
      stock: ["e"],
      jobs: ["job-1", "new"],
      loops: { "job-1": `host 5 ${now - 10_000} 2.5 100 40 3 1000` },
    });
    assert.deepEqual(
      workers.map(({ host, state }) => [host, state]),
      [["w-2", "idle"], ["w-3", "draining"], ["w-4", "late"], ["w-5", "busy"], ["w-10", "busy"]], // prettier-ignore
    );
    assert.deepEqual(workers.at(-1), {
      ...{ id: "a", host: "w-10", pid: 17, pool: "workers", state: "busy" },
      task: { loop: "job-1", iteration: 120, several: true, since: now - 3000 },
      ...{ done: 12, memory: 100 * 2 ** 20, version: "0.1.0", r: "4.5.0" },
    });
    assert.equal(running, 2);
    assert.deepEqual(loops, [
      {
        ...{ id: "job-1", running: 2 },
        told: { host: "host", pid: 5, began: now - 10_000, weight: 2.5, sent: 100, done: 40, failed: 3, total: 1000 },
      },
      { id: "new", running: 0, told: undefined },
    ]);
  });

  it("takes the rate from the last 10 whole seconds", () => {
    const rate = { 0: "1700000000 500", 1: "1699999999 30", 2: "1699999990 10", 3: "1699999989 1000" };
    assert.equal(parseQueue({ ...empty, rate }).rate, 4);
  });

  it("does not invent the length of a loop", () => {
    const unknown = parseQueue({
      ...empty,
      jobs: ["a", "b"],
      loops: { a: `h 1 ${now} 1 9 8 0 -`, b: `h 1 ${now} 1 9 8 0` },
    });
    assert.deepEqual(unknown.loops.map(({ told }) => told && "total" in told), [false, false]); // prettier-ignore
  });

  it("reads failures, messages of several lines too", () => {
    assert.deepEqual(parseFailure(`job-1 7 ${now} w-1 2\ndeep(i)\nf(i)\ndeep(i)\nno 7\n\nfor a reason`), {
      ...{ loop: "job-1", iteration: 7, time: now, host: "w-1", call: "deep(i)", calls: ["f(i)", "deep(i)"] },
      message: "no 7\n\nfor a reason",
    });
    assert.deepEqual(parseFailure(`job-1 1 ${now} - 0\n\nR was killed by signal 9`), {
      ...{ loop: "job-1", iteration: 1, time: now, calls: [], message: "R was killed by signal 9" },
    });
  });
});

describe("the estimate of the end", () => {
  const loop = (done: number, total?: number) => {
    const told = { host: "h", pid: 1, began: now - 10_000, weight: 1, sent: done, done, failed: 0, total };
    return { id: "a", running: 1, told };
  };
  const queue = (...loops: ReturnType<typeof loop>[]) => ({ ...parseQueue(empty), time: now, loops });

  it("goes by what the loop has done since it began", () => {
    assert.equal(speedOf(loop(50), now), 5);
    assert.equal(secondsLeft(loop(50, 150), now), 20);
    assert.equal(secondsToEnd(queue(loop(50, 150), loop(100, 110))), 20);
  });

  it("is unknown where it can only be guessed", () => {
    assert.equal(secondsLeft(loop(0, 100), now), undefined);
    assert.equal(secondsLeft(loop(50), now), undefined);
    assert.equal(secondsToEnd(queue()), undefined);
    assert.equal(secondsToEnd(queue(loop(50, 150), loop(50))), undefined);
  });
});

describe("pools", () => {
  it("count who lives and works, and who was asked for", () => {
    const workers = { a: "h 1 1 big 0 4 0", b: "h 2 1 big 0 4 0", c: "h 3 1 small 0 4 0" };
    const seen = parseQueue({ ...empty, workers, alive: alive("a", "b"), held: { a: `j/1:1 ${now} 1 1` } });
    assert.deepEqual(countPools(seen.workers, { big: 3, gone: 1 }), [
      { pool: "big", live: 2, busy: 1, wanted: 3 },
      { pool: "gone", live: 0, busy: 0, wanted: 1 },
      { pool: "small", live: 0, busy: 0 },
    ]);
  });
});
