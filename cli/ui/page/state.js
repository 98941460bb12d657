// What the page knows, kept up to date by what the server sends.

/**
 * @typedef {{ n: number, host: string, pid: number, pool: string, version: string, r: string, state: string,
 *   loop: string | null, iteration: number, several: number, since: number, done: number, memory: number,
 *   gone?: number }} Worker
 * @typedef {{ time: number, waiting: number, running: number, rate: number, workers: Map<number, Worker>,
 *   loops: any[], ended: any[], failures: any[], history: number[][], numbers: Map<string, number> }} State
 */

const mostEnded = 10;
const mostFailures = 100;
const halfHour = 1800;

/** @returns {State} */
export function emptyState() {
  return {
    ...{ time: 0, waiting: 0, running: 0, rate: 0, workers: new Map(), loops: [], ended: [], failures: [] },
    ...{ history: [], numbers: new Map() },
  };
}

/**
 * Everything at once, at the beginning and after an outage.
 * @param {State} state
 * @param {any} whole
 */
export function applyWhole(state, whole) {
  const known = new Set(whole.came.map((/** @type {Worker} */ { n }) => n));
  for (const n of [...state.workers.keys()]) if (!known.has(n)) state.workers.delete(n);
  state.history = whole.history;
  state.failures = [];
  applyChanges(state, whole);
}

/**
 * @param {State} state
 * @param {any} changes
 */
export function applyChanges(state, changes) {
  for (const name of ["time", "waiting", "running", "rate"]) state[name] = changes[name];
  for (const n of changes.went ?? []) state.workers.delete(n);
  for (const card of changes.came ?? []) state.workers.set(card.n, { ...state.workers.get(card.n), ...card });
  for (const [n, now, loop, iteration, several, since, done, memory] of changes.now ?? []) {
    Object.assign(state.workers.get(n) ?? {}, { state: now, loop, iteration, several, since, done, memory });
  }
  if (changes.loops) applyLoops(state, changes.loops);
  state.failures = [...(changes.failures ?? []), ...state.failures].slice(0, mostFailures);
  for (const { loop } of state.failures.toReversed()) numberOf(state, loop);
  const last = state.history.at(-1);
  if (!last || state.time - last[0] >= 900) {
    state.history.push([state.time, state.waiting, state.running, state.rate]);
    if (state.history.length > halfHour) state.history.shift();
  }
}

function applyLoops(state, loops) {
  const here = new Set(loops.map(({ id }) => id));
  const over = state.loops.filter(({ id }) => !here.has(id)).map((loop) => ({ ...loop, ended: state.time }));
  state.ended = [...over.reverse(), ...state.ended].slice(0, mostEnded);
  state.loops = loops;
  for (const { id } of loops) numberOf(state, id);
}

/**
 * Loops are numbered as they come: their ids say nothing to anybody.
 * @param {State} state
 * @param {string} id
 * @returns {number}
 */
export function numberOf(state, id) {
  const number = state.numbers.get(id) ?? state.numbers.size + 1;
  state.numbers.set(id, number);
  return number;
}
