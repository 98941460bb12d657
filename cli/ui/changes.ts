import type { Failure, Snapshot, Worker } from "../queue/snapshot";
import type { EstimatedLoop } from "../queue/speed";

/** A worker as the page gets it: what stays the same goes out once, under a number. */
export interface WorkerCard {
  readonly n: number;
  readonly host: string;
  readonly pid: number;
  readonly pool: string;
  readonly version: string;
  readonly r: string;
}

/** What changes: number, state, loop, iteration, whether there are several, since when, done, memory in bytes. */
export type WorkerNow = readonly [
  n: number,
  state: Worker["state"],
  loop: string | null,
  iteration: number,
  several: 0 | 1,
  since: number,
  done: number,
  memory: number,
];

/** What is different from one look to the next. */
export interface Changes {
  readonly time: number;
  readonly waiting: number;
  readonly running: number;
  readonly rate: number;
  readonly came?: readonly WorkerCard[];
  readonly went?: readonly number[];
  readonly now?: readonly WorkerNow[];
  /** All of them, if one has changed. */
  readonly loops?: readonly EstimatedLoop[];
  /** New ones, the last one first. */
  readonly failures?: readonly Failure[];
}

/** A snapshot with estimates. */
export interface Seen extends Snapshot {
  readonly loops: readonly EstimatedLoop[];
}

/** Tells what is different from what was told before. */
export class Differences {
  private readonly cards = new Map<string, WorkerCard>();
  private readonly told = new Map<number, string>();
  private loops = "";
  private numbers = 0;

  /** @param failures those that are new */
  next({ time, waiting, running, rate, workers, loops }: Seen, failures: readonly Failure[] = []): Changes {
    const came = workers.filter(({ id }) => !this.cards.has(id)).map((worker) => this.welcome(worker));
    const went = this.forget(new Set(workers.map(({ id }) => id)));
    const now = workers.map((worker) => this.nowOf(worker)).filter((row) => this.isNews(row));
    const loopsNow = JSON.stringify(loops);
    const changed = loopsNow !== this.loops;
    this.loops = loopsNow;
    return {
      ...{ time, waiting, running, rate },
      ...(came.length > 0 && { came }),
      ...(went.length > 0 && { went }),
      ...(now.length > 0 && { now }),
      ...(changed && { loops }),
      ...(failures.length > 0 && { failures }),
    };
  }

  /** Everything at once, for somebody who knows nothing yet. */
  whole(snapshot: Seen): Changes {
    const { time, waiting, running, rate, workers, loops, failures } = snapshot;
    const known = workers.filter(({ id }) => this.cards.has(id));
    return {
      ...{ time, waiting, running, rate, loops, failures },
      came: known.flatMap(({ id }) => this.cards.get(id) ?? []),
      now: known.map((worker) => this.nowOf(worker)),
    };
  }

  private welcome({ id, host, pid, pool, version, r }: Worker): WorkerCard {
    const card = { n: ++this.numbers, host, pid, pool, version, r };
    this.cards.set(id, card);
    return card;
  }

  private forget(here: ReadonlySet<string>): number[] {
    const gone = [...this.cards].filter(([id]) => !here.has(id));
    for (const [id, { n }] of gone) {
      this.cards.delete(id);
      this.told.delete(n);
    }
    return gone.map(([, { n }]) => n);
  }

  private nowOf({ id, state, task, done, memory }: Worker): WorkerNow {
    const n = this.cards.get(id)?.n ?? 0;
    if (!task) return [n, state, null, 0, 0, 0, done, memory];
    return [n, state, task.loop, task.iteration, task.several ? 1 : 0, task.since, done, memory];
  }

  private isNews(row: WorkerNow): boolean {
    const text = row.join(" ");
    if (this.told.get(row[0]) === text) return false;
    this.told.set(row[0], text);
    return true;
  }
}
