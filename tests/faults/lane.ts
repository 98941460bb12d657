import { eventually } from "../e2e/project";
import { evidence } from "./evidence";
import { Session, sleep, startWorkers, Redis, type Container, type Lab, type Layout, type Outcome } from "./lab";
import { Proxy } from "./proxy";
import { Random } from "./random";
import type { Times } from "./settings";

/** Loops, and old scripts for doRedis. */
export const kinds = ["list", "sum", "chunked", "nested", "compat"] as const;
export type Kind = (typeof kinds)[number];

/** What R's processes do to themselves, in iteration 42. */
export type Bad = "none" | "killer" | "hungry" | "hungry_once";

export interface Fault {
  readonly name: string;
  /** In one container, or in one each. Default: in one. */
  readonly layout?: Layout;
  /** A Redis of its own, for faults of Redis. */
  readonly ownRedis?: boolean;
  /** Who reaches Redis through a proxy. */
  readonly proxied?: "coordinator" | "workers";
  readonly memory?: string;
  readonly bad?: Bad;
  /** How long the job takes with two workers and no fault, in seconds. */
  readonly length?: (times: Times) => number;
  /** What the job has to come to; else its value has to be right. */
  readonly expected?: RegExp;
  /** After so many seconds it has to go on. */
  readonly within?: number;
  /** Whether the times matter, so that the contract's are to be tried too. */
  readonly timed?: boolean;
  /** Whether values that a script keeps in Redis may be gone afterwards: Redis forgets, or another script removes them. */
  readonly forgets?: boolean;
  /** Coordinators beside the one that is watched. */
  readonly others?: number;
  /** Happens while the job runs. Returns for how many seconds nothing could go on, if that is known. */
  readonly strike?: (lane: Lane) => Promise<number | undefined>;
  /** Puts all in order for the next job. */
  readonly repair?: (lane: Lane) => Promise<void>;
}

export interface Record {
  readonly verdict: "right" | "wrong" | "missing" | "error" | "hung" | "leak" | "late";
  /** Seconds without progress, less those of the outage itself. Of scripts nobody knows when they go on. */
  readonly recovery?: number;
  readonly detail?: string;
}

/** Of the queue as a whole: workers and their beats. Everything else belongs to jobs. */
const bookkeeping = /:(alive|workers|clients|steps|idle|beat|amnesty|reaper|clock|bell|drain|rate|failures|protocol)$/;

/** Keys that do not expire, and names of jobs that have a coordinator. */
const unlimited = `
  local left = {}
  for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
    if redis.call('TTL', key) == -1 then table.insert(left, key) end
  end
  for _, name in ipairs(redis.call('HKEYS', ARGV[2])) do
    if string.sub(name, 1, 4) == 'job:' then table.insert(left, name) end
  end
  return left`;

const taskSeconds = 0.021;
const warmUp = 120;

/** A queue with its workers and a coordinator, on which one fault strikes one kind of job again and again. */
export class Lane {
  random = new Random(0);
  redis!: Redis;
  proxy!: Proxy;
  workers: Container[] = [];
  coordinator!: Session;
  /** The scripts name it: theirs is always the same, on a Redis of their own. */
  readonly queue: string;
  /** What sessions call this kind of job. */
  readonly job: string;
  private readonly ownRedis: boolean;
  private others: Session[] = [];
  private proxies: Proxy[] = [];
  private jobs = 0;

  constructor(
    readonly lab: Lab,
    readonly master: Container,
    private readonly sharedRedis: Redis,
    readonly fault: Fault,
    private readonly kind: Kind,
    readonly times: Times,
    name: string,
  ) {
    const compat = kind === "compat";
    this.queue = compat ? "jobs" : name;
    this.ownRedis = compat || fault.ownRedis === true;
    this.job = compat && fault.forgets ? "compat_stateless" : kind;
  }

  async open(): Promise<void> {
    const { fault, lab } = this;
    this.redis = this.ownRedis ? await Redis.start(lab) : this.sharedRedis;
    const direct = { host: this.redis.host, port: 6379 };
    let proxied = direct;
    if (fault.proxied) {
      this.proxy = new Proxy(() => this.redis.address());
      this.proxies.push(this.proxy);
      proxied = { host: await lab.gateway(), port: await this.proxy.listen() };
    }
    const theirs = fault.proxied === "workers" ? proxied : direct;
    const ours = fault.proxied === "coordinator" ? proxied : direct;
    this.workers = await startWorkers(lab, {
      queue: this.queue,
      redisHost: theirs.host,
      redisPort: theirs.port,
      lease: this.times.lease,
      layout: fault.layout ?? "together",
      memory: fault.memory,
    });
    this.coordinator = await this.session(ours.host, ours.port);
    for (let i = 0; i < (fault.others ?? 0); i++) {
      this.others.push(await this.session(direct.host, direct.port));
    }
    await this.warm();
  }

  session(host = this.redis.host, port = 6379): Promise<Session> {
    const values = { REDIS_HOST: host, REDIS_PORT: port, RCLUSTER_QUEUE: this.queue, RCLUSTER_LEASE: this.times.lease };
    return new Session(this.master, values).ready();
  }

  private async warm(): Promise<void> {
    await this.coordinator.start(this.job, warmUp, "none", "-");
    const { verdict } = await this.coordinator.result(60);
    if (verdict !== "right") throw new Error(`without any fault: ${verdict}`);
  }

  /** One job, one fault. */
  async strike(seed: number): Promise<Record> {
    this.random = new Random(seed);
    const { fault } = this;
    const marker = `/faults/${this.queue}-${this.jobs++}`;
    const length = fault.length?.(this.times) ?? (warmUp * taskSeconds) / 2;
    const n = Math.round((length * 2) / taskSeconds);
    await this.coordinator.start(this.job, n, fault.bad ?? "none", marker);
    await Promise.all(this.others.map((other) => other.start(this.job, n, "none", "-")));
    await sleep(this.random.between(0, 0.8 * Math.min(length, 1.5)));
    const struck = fault.strike?.(this) ?? Promise.resolve(undefined);
    const limit = 60 + length + 3 * (this.times.outage + this.times.lease);
    const [outcome, outage, ...rest] = await Promise.all([
      this.coordinator.result(limit),
      struck,
      ...this.others.map((other) => other.result(limit)),
    ]);
    await fault.repair?.(this);
    const record = this.judge(outcome, outage);
    if (record.verdict !== "right") return record;
    for (const other of rest) {
      if (other.verdict !== "right") return { verdict: "wrong", detail: `another coordinator: ${other.verdict}` };
    }
    const left = await this.leftovers();
    if (left.length) return { ...record, verdict: "leak", detail: left.join(" ") };
    // On a busy machine all takes longer.
    const slowness = Math.max(1, (outcome.total - outcome.gap) / length);
    const late = (record.recovery ?? 0) > slowness * (fault.within ?? Infinity);
    return late ? { ...record, verdict: "late", detail: `${record.recovery} s` } : record;
  }

  private judge({ gap, verdict }: Outcome, outage = 0): Record {
    const recovery = this.kind === "compat" ? undefined : Math.max(0, gap - outage);
    const { expected } = this.fault;
    if (expected) {
      return expected.test(verdict) ? { verdict: "right", recovery } : { verdict: "wrong", recovery, detail: verdict };
    }
    if (verdict === "right" || verdict === "wrong" || verdict === "missing") return { verdict, recovery };
    return { verdict: "error", recovery, detail: verdict };
  }

  /**
   * Keys of jobs that nothing will remove, once all jobs have ended; workers may still be busy with what nobody wants
   * any more.
   */
  private async leftovers(): Promise<string[]> {
    const end = Date.now() + (5 + this.times.lease) * 1000;
    for (;;) {
      const began = Date.now();
      const left = await this.jobKeys();
      if (!left.length || began > end) return left;
      await sleep(0.3);
    }
  }

  /** As of one moment. */
  async jobKeys(): Promise<string[]> {
    const all = await this.redis.cli("eval", unlimited, "0", `{${this.queue}}:*`, `{${this.queue}}:clients`);
    return all.split("\n").filter((key) => key && !bookkeeping.test(key));
  }

  /** Waits until jobs of others than `coordinators` are gone; returns after how many seconds. */
  async goneTo(coordinators: number, limit: number): Promise<number> {
    const begin = Date.now();
    await eventually(
      `${coordinators} coordinators`,
      async () => {
        const jobs = (await this.redis.cli("hkeys", `{${this.queue}}:clients`)).split("\n");
        return jobs.filter((name) => name.startsWith("job:")).length <= coordinators ? true : undefined;
      },
      limit,
    );
    return (Date.now() - begin) / 1000;
  }

  /** What its parts look like now, as far as there are any. */
  evidence(): Promise<string> {
    const sessions = [this.coordinator, ...this.others].filter(Boolean);
    return evidence({ queue: this.queue, redis: this.redis, workers: this.workers, sessions });
  }

  async close(): Promise<void> {
    for (const proxy of this.proxies) proxy.close();
    this.proxies = [];
    await Promise.all([this.coordinator, ...this.others].filter(Boolean).map((session) => session.stop()));
    this.others = [];
    await Promise.all(this.workers.map((worker) => worker.remove()));
    if (this.ownRedis) await this.redis.container.remove();
  }
}
