import type { Snapshot } from "../queue/snapshot";

/** Time, tasks that wait, tasks that run, iterations a second. */
export type Sample = readonly [time: number, waiting: number, running: number, rate: number];

const most = 1800;

/** A sample a second of the last half hour, as far as somebody was listening. */
export class History {
  readonly samples: Sample[] = [];

  add({ time, waiting, running, rate }: Pick<Snapshot, "time" | "waiting" | "running" | "rate">): void {
    const last = this.samples.at(-1);
    if (last && time - last[0] < 900) return;
    this.samples.push([time, waiting, running, rate]);
    if (this.samples.length > most) this.samples.shift();
  }
}
