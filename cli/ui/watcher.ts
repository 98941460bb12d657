import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../redis";
import { readFailures, readQueue } from "../queue/read";
import type { Failure } from "../queue/snapshot";
import { Speeds } from "../queue/speed";
import { Differences, type Seen } from "./changes";
import { History } from "./history";

/** What there is to watch. */
export interface Watched {
  readonly queue: string;
  connect(): Promise<Connection>;
}

/** Gets events: `whole` with everything, `changes` since then, `away` as long as Redis does not answer. */
export type Listener = (event: "whole" | "changes" | "away", data: string) => void;

const patience = 3000; // milliseconds until Redis counts as away

/**
 * Watches a queue for as long as somebody listens: at most twice a second, once where there are many workers. With
 * nobody listening it costs nothing, not even a connection.
 */
export class Watcher {
  private readonly listeners = new Set<Listener>();
  private readonly history = new History();
  private readonly differences = new Differences();
  private readonly speeds = new Speeds();
  private snapshot?: Seen;
  private connection?: Connection;
  private away = "";
  private running = false;

  constructor(private readonly watched: Watched) {}

  /** What was seen last. */
  get seen(): Seen | undefined {
    return this.snapshot;
  }

  /** Begins to listen; the function returned ends it. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    if (this.running && this.away) listener("away", this.away);
    else if (this.running && this.snapshot) listener("whole", this.whole(this.snapshot));
    void this.run();
    return () => this.listeners.delete(listener);
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.snapshot = undefined; // of the time before
    while (this.listeners.size > 0) {
      const began = performance.now();
      await this.look().catch((error: unknown) => {
        this.disconnect();
        this.lose(error instanceof Error ? error.message : String(error));
      });
      await sleep(Math.max(100, this.pace - (performance.now() - began)));
    }
    this.disconnect();
    this.running = false;
  }

  /** Milliseconds from one look to the next. */
  private get pace(): number {
    return this.away || (this.snapshot?.workers.length ?? 0) > 100 ? 1000 : 500;
  }

  private async look(): Promise<void> {
    const late = setTimeout(() => this.lose("Redis does not answer"), patience);
    try {
      this.connection ??= await this.watched.connect();
      const { redis } = this.connection;
      const last = this.snapshot?.failures ?? [];
      const seen = await readQueue(redis, this.watched.queue, { failures: 1 });
      const isNew = seen.failures[0] !== undefined && !isSame(seen.failures[0], last[0]);
      const failures = isNew ? await readFailures(redis, this.watched.queue) : seen.failures.length > 0 ? last : [];
      this.tell({ ...seen, failures, loops: this.speeds.estimate(seen) }, last);
    } finally {
      clearTimeout(late);
    }
  }

  private tell(snapshot: Seen, last: readonly Failure[]): void {
    const begins = this.snapshot === undefined || this.away !== "";
    this.away = "";
    this.snapshot = snapshot;
    this.history.add(snapshot);
    const known = snapshot.failures.findIndex((failure) => isSame(failure, last[0]));
    const fresh = known < 0 ? snapshot.failures : snapshot.failures.slice(0, known);
    const changes = this.differences.next(snapshot, fresh);
    if (begins) this.send("whole", this.whole(snapshot));
    else this.send("changes", JSON.stringify(changes));
  }

  private whole(snapshot: Seen): string {
    return JSON.stringify({ ...this.differences.whole(snapshot), history: this.history.samples });
  }

  private lose(why: string): void {
    this.away = JSON.stringify({ why });
    this.send("away", this.away);
  }

  private disconnect(): void {
    this.connection?.close();
    this.connection = undefined;
  }

  private send(event: Parameters<Listener>[0], data: string): void {
    for (const listener of this.listeners) listener(event, data);
  }
}

function isSame(a: Failure, b: Failure | undefined): boolean {
  return a.loop === b?.loop && a.iteration === b.iteration && a.time === b.time;
}
