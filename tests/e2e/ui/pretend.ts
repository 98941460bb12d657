import type { Redis } from "ioredis";

/** How large the queue is that nobody works on. */
export interface Size {
  readonly workers: number;
  readonly tasks: number;
  readonly loops: number;
}

/** A queue as if so many workers were busy on it: the keys are those of a real one, and `live` changes them as those do. */
export class PretendedQueue {
  private done = 0;
  private step = 0;

  constructor(
    private readonly redis: Redis,
    private readonly queue: string,
    private readonly size: Size,
  ) {}

  /** Writes all of it. */
  async fill(): Promise<void> {
    const { tasks, loops } = this.size;
    for (let from = 0; from < tasks; from += 5000) {
      const members = Array.from({ length: Math.min(5000, tasks - from) }, (_, i) => {
        const number = from + i + 1;
        return [String(number), `${loop(number % loops)}/${number}:${number}`];
      });
      await this.redis.zadd(this.key("todo"), ...members.flat());
    }
    await this.live();
  }

  /** A second of work, by the clock of Redis: each worker ends a task and takes the next, or half of them go on. */
  async live(): Promise<void> {
    const { workers, loops, tasks } = this.size;
    const [seconds = 0, micros = 0] = (await this.redis.time()).map(Number);
    const now = seconds * 1000 + Math.floor(micros / 1000);
    this.step += 1;
    const ids = Array.from({ length: workers }, (_, index) => index);
    const moving = ids.filter((index) => (index + this.step) % 2 === 0 || this.step === 1);
    this.done += moving.length * 10;
    const pipeline = this.redis.pipeline();
    pipeline.hset(this.key("workers"), ...ids.flatMap((index) => [worker(index), this.describe(index)]));
    pipeline.zadd(this.key("alive"), ...ids.flatMap((index) => [String(now + 10_000), worker(index)]));
    pipeline.hset(
      this.key("held"),
      ...moving.flatMap((index) => {
        const iteration = this.done + index * 10;
        return [
          worker(index),
          `${loop(index % loops)}/${index}:${iteration}+ ${now - (index % 7)} ${this.step}000001 1`,
        ];
      }),
    );
    pipeline.hset(this.key("rate"), String(seconds % 16), `${seconds} ${moving.length * 10}`);
    const all = Array.from({ length: loops }, (_, index) => index);
    pipeline.zadd(this.key("jobs"), ...all.flatMap((index) => [String(now + 600_000), loop(index)]));
    const share = Math.round(this.done / loops);
    pipeline.hset(
      this.key("loops"),
      ...all.flatMap((index) => {
        const progress = `${share + 2000} ${share} 0 ${Math.round((tasks * 10) / loops)}`;
        return [loop(index), `rmaster 1${index} ${now - 600_000} 1 ${progress}`];
      }),
    );
    await pipeline.exec();
  }

  private describe(index: number): string {
    const pool = index % 5 === 0 ? "big" : "small";
    return `rworker-${index + 1} 17 ${(80 + (index % 40)) * 1024} ${pool} 0.1.0 4.5.0 ${this.step * 5}`;
  }

  private key(name: string): string {
    return `{${this.queue}}:${name}`;
  }
}

function worker(index: number): string {
  return `rworker-${index + 1}:17:18c5f0a2b3c0`;
}

function loop(index: number): string {
  return `12ab34cd56ef-${index}`;
}
