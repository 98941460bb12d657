import { secondsLeft, speedOf } from "./estimate";
import type { Loop, Snapshot } from "./snapshot";

/** A loop with how fast it goes, and how long it will take. */
export interface EstimatedLoop extends Loop {
  /** Iterations a second. */
  readonly speed?: number;
  readonly secondsLeft?: number;
}

const window = 30_000; // milliseconds
const enough = { milliseconds: 10_000, iterations: 20 };

/**
 * How fast loops go now, for somebody who looks again and again: by what was done in the last half minute if that was
 * much, else by all that was done since the loop began.
 */
export class Speeds {
  private seen = new Map<string, { readonly time: number; readonly done: number }[]>();

  estimate({ time, loops }: Pick<Snapshot, "time" | "loops">): EstimatedLoop[] {
    const before = this.seen;
    this.seen = new Map();
    return loops.map((loop) => {
      if (!loop.told) return loop;
      const samples = (before.get(loop.id) ?? []).filter((sample) => sample.time >= time - window);
      samples.push({ time, done: loop.told.done });
      this.seen.set(loop.id, samples);
      const speed = recent(samples) ?? speedOf(loop, time);
      return { ...loop, speed, secondsLeft: secondsLeft(loop, time, speed) };
    });
  }
}

function recent(samples: readonly { readonly time: number; readonly done: number }[]): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return undefined;
  const [time, done] = [last.time - first.time, last.done - first.done];
  return time >= enough.milliseconds && done >= enough.iterations ? done / (time / 1000) : undefined;
}
