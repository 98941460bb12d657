// What each worker did when, from looks at it once or twice a second. A task that lasts longer than that is a stretch
// of its own; shorter ones run together into a stretch that says how many iterations were done in it.

/**
 * @typedef {{ loop: string | null, iteration: number, several: boolean, from: number, to: number, short: boolean,
 *   done: number }} Stretch
 */

const looks = 1.6; // that a task has to last to be shown by itself
const kept = 15 * 60 * 1000;

export class Tracks {
  constructor() {
    /** @type {Map<number, { worker: any, stretches: Stretch[], seen: number, last?: any }>} */
    this.byWorker = new Map();
  }

  /**
   * @param {number} time of the look, by the clock of Redis
   * @param {Map<number, any>} workers as they are now
   */
  look(time, workers) {
    for (const [n, worker] of workers) {
      const track = this.byWorker.get(n) ?? { worker, stretches: [], seen: time };
      this.byWorker.set(n, track);
      follow(track, worker, time);
      Object.assign(track, { worker, seen: time, last: { ...worker } });
      while (track.stretches.length > 0 && track.stretches[0].to < time - kept) track.stretches.shift();
    }
    for (const [n, { seen }] of this.byWorker) if (seen < time - kept) this.byWorker.delete(n);
  }

  /**
   * Those of the last so many milliseconds, by pool and host; who has gone stays until what it did is out of sight.
   * @param {number} time
   * @param {number} span
   */
  rows(time, span) {
    return [...this.byWorker.values()]
      .filter(({ seen, stretches }) => seen === time || (stretches.at(-1)?.to ?? 0) > time - span)
      .sort(
        (a, b) =>
          compare(a.worker.pool, b.worker.pool) || compare(a.worker.host, b.worker.host) || a.worker.n - b.worker.n,
      );
  }
}

const { compare } = new Intl.Collator("en", { numeric: true });

function follow(track, worker, time) {
  const { stretches, last, seen } = track;
  const current = stretches.at(-1);
  const open = current && last?.loop ? current : undefined; // it ran at the last look
  const shortest = looks * (time - seen);
  const more = last ? Math.max(0, worker.done - last.done) : 0;
  if (open) open.done += more;
  if (!worker.loop) {
    // It ended at some time between the two looks.
    if (open) open.to = Math.max(open.to, (seen + time) / 2);
    else if (more > 0) stretches.push(stretch({ ...worker, loop: null }, seen, time, more));
    return;
  }
  const since = Math.min(worker.since, time);
  if (open && last.loop === worker.loop && last.since === worker.since) {
    open.to = time;
    if (!open.short || time - since < shortest) return;
    open.to = since; // the last one of the short ones turns out to be long
    stretches.push(stretch(worker, since, time, 0));
    return;
  }
  if (
    open &&
    open.loop === worker.loop &&
    since - last.since < shortest &&
    (open.short || since - open.from < shortest)
  ) {
    Object.assign(open, { short: true, to: time });
    return;
  }
  // A worker takes its next task as it hands the last one in.
  if (open) open.to = since;
  stretches.push(stretch(worker, since, time, 0));
}

function stretch(worker, from, to, done) {
  const { loop, iteration, several } = worker;
  return { loop, iteration, several: several === 1, from, to, short: loop === null, done };
}
