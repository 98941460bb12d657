import type { Failure, Loop, Snapshot, Task, Worker, WorkerState } from "./snapshot";

/** What Redis says of a queue: see "What programs may read" in images/r/rcluster/vignettes/queue.Rmd. */
export interface Raw {
  /** Seconds and microseconds. */
  readonly time: readonly string[];
  readonly workers: Readonly<Record<string, string>>;
  readonly held: Readonly<Record<string, string>>;
  /** Members and scores in turns. */
  readonly alive: readonly string[];
  readonly drain: readonly string[];
  /** Workers that serve coordinators of stock doRedis. */
  readonly stock: readonly string[];
  readonly jobs: readonly string[];
  readonly loops: Readonly<Record<string, string>>;
  readonly rate: Readonly<Record<string, string>>;
  readonly waiting: number;
  readonly failures: readonly string[];
}

/** Puts what Redis says into words. */
export function parseQueue(raw: Raw): Snapshot {
  const [seconds = "0", micros = "0"] = raw.time;
  const time = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  const workers = parseWorkers(raw, time);
  return {
    time,
    waiting: raw.waiting,
    running: Object.keys(raw.held).length,
    rate: parseRate(raw.rate, Number(seconds)),
    workers,
    loops: parseLoops(raw, workers),
    failures: raw.failures.map(parseFailure),
  };
}

function parseWorkers(raw: Raw, time: number): Worker[] {
  const leases = new Map<string, number>();
  for (let i = 0; i + 1 < raw.alive.length; i += 2) leases.set(raw.alive[i] ?? "", Number(raw.alive[i + 1]));
  const drain = new Set(raw.drain);
  const stock = new Set(raw.stock);
  const stateOf = (id: string): WorkerState => {
    if (!((leases.get(id) ?? 0) >= time)) return "late";
    if (drain.has(id)) return "draining";
    return id in raw.held || stock.has(id) ? "busy" : "idle";
  };
  return Object.entries(raw.workers)
    .map(([id, text]) => {
      const [host = "", pid, memory, pool = "", version = "", r = "", done] = text.split(" ");
      return {
        ...{ id, host, pid: Number(pid), pool, state: stateOf(id), task: parseTask(raw.held[id]) },
        ...{ done: Number(done ?? 0), memory: Number(memory) * 1024, version, r },
      };
    })
    .sort((a, b) => collator.compare(a.pool, b.pool) || collator.compare(a.host, b.host) || a.pid - b.pid);
}

// worker-2 before worker-10
const collator = new Intl.Collator("en", { numeric: true });

function parseTask(text: string | undefined): Task | undefined {
  const [, loop, iteration, several, since] = /^(\S+)\/[^/:\s]*:(\d+)(\+?) (\d+)/.exec(text ?? "") ?? [];
  if (loop === undefined) return undefined;
  return { loop, iteration: Number(iteration), several: several === "+", since: Number(since) };
}

function parseLoops(raw: Raw, workers: readonly Worker[]): Loop[] {
  const running = new Map<string, number>();
  for (const { task } of workers) if (task) running.set(task.loop, (running.get(task.loop) ?? 0) + 1);
  return raw.jobs.map((id) => ({ id, running: running.get(id) ?? 0, told: parseProgress(raw.loops[id]) }));
}

function parseProgress(text: string | undefined): Loop["told"] {
  if (text === undefined) return undefined;
  const [host = "", ...numbers] = text.split(" ");
  const [pid = 0, began = 0, weight = 1, sent = 0, done = 0, failed = 0, total = NaN] = numbers.map(Number);
  return { host, pid, began, weight, sent, done, failed, ...(Number.isFinite(total) && { total }) };
}

function parseRate(slots: Raw["rate"], now: number): number {
  const recent = Object.values(slots)
    .map((slot) => slot.split(" ").map(Number))
    .filter(([second = 0]) => second < now && second >= now - 10);
  return recent.reduce((sum, [, count = 0]) => sum + count, 0) / 10;
}

export function parseFailure(text: string): Failure {
  const [head = "", call = "", ...lines] = text.split("\n");
  const [loop = "", iteration, time, host = "-", calls] = head.split(" ");
  const depth = Number(calls ?? 0);
  return {
    ...{ loop, iteration: Number(iteration), time: Number(time) },
    ...(host !== "-" && { host }),
    message: lines.slice(depth).join("\n"),
    ...(call && { call }),
    calls: lines.slice(0, depth),
  };
}
