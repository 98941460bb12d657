import type { Loop, Snapshot } from "./snapshot";

/**
 * How fast a loop goes, in iterations a second: over its whole life, which holds for long tasks and short ones.
 * Undefined as long as nothing is done.
 */
export function speedOf(loop: Loop, now: number): number | undefined {
  const { told } = loop;
  if (!told || told.done === 0 || now <= told.began) return undefined;
  return told.done / ((now - told.began) / 1000);
}

/**
 * Seconds until a loop's end, if it goes on as it did; undefined where its length or its speed is unknown.
 *
 * @param speed iterations a second. Default: `speedOf` it
 */
export function secondsLeft(loop: Loop, now: number, speed = speedOf(loop, now)): number | undefined {
  const { told } = loop;
  if (told?.total === undefined || !speed) return undefined;
  return Math.max(0, told.total - told.done) / speed;
}

/** Seconds until the last loop's end; undefined if there is no loop, or if one of them cannot be estimated. */
export function secondsToEnd({ loops, time }: Snapshot): number | undefined {
  const ends = loops.map((loop) => secondsLeft(loop, time));
  if (ends.length === 0) return undefined;
  return ends.reduce((last, end) => (last === undefined || end === undefined ? undefined : Math.max(last, end)));
}
