import { keepList, make, setText } from "./dom.js";
import { count, duration, memory } from "./format.js";
import { makeTable } from "./loops.js";
import { numberOf } from "./state.js";

const heads = ["Worker", "Pool", "State", "Task", "For", "Iterations done", "Memory", "R", ""];
const { compare } = new Intl.Collator("en", { numeric: true });

/** The table of all workers, while it is open, and what is said where there are none. */
export function showWorkers(state, { wanted = {} }, openLog) {
  const none = document.getElementById("no-workers");
  none.hidden = state.workers.size > 0;
  const asked = Object.values(wanted).some((number) => number > 0);
  if (!none.hidden) {
    none.replaceChildren(
      make("strong", {}, "No workers. "),
      ...(asked
        ? ["They are on their way; what is in their way is said above."]
        : ["Tasks wait until there are some: ", make("code", {}, "rcluster scale 2"), " starts two."]),
    );
  }
  showPools([...state.workers.values()], wanted);
  const list = document.getElementById("worker-list");
  list.hidden = state.workers.size === 0;
  if (!list.open) return;
  const place = list.querySelector("div");
  const all = [...state.workers.values()].sort(
    (a, b) => compare(a.pool, b.pool) || compare(a.host, b.host) || a.n - b.n,
  );
  const body = place.querySelector("tbody") ?? makeTable(place, heads);
  keepList(
    body,
    all,
    ({ n }) => String(n),
    (worker) => makeRow(worker, openLog),
    (row, worker) => updateRow(state, row, worker),
  );
}

// Where there is only one, the tile says it all.
function showPools(workers, wanted) {
  const pools = [...new Set([...workers.map(({ pool }) => pool), ...Object.keys(wanted)])].sort();
  const place = document.getElementById("pools");
  place.hidden = pools.length < 2;
  const texts = pools.map((pool) => {
    const live = workers.filter((worker) => worker.pool === pool && worker.state !== "late");
    const busy = live.filter(({ state, loop }) => state === "busy" || loop).length;
    return `${pool}: ${count(live.length)}${pool in wanted ? ` of ${count(wanted[pool])}` : ""}, ${count(busy)} busy`;
  });
  keepList(
    place,
    texts,
    (text) => text.split(":")[0],
    () => make("span"),
    setText,
  );
}

function makeRow({ host, pool, r }, openLog) {
  const log = make("button", { type: "button", ariaLabel: `Log of ${host}`, onclick: () => openLog(host) }, "Log");
  const cells = Array.from({ length: 5 }, (_, index) => make("td", { className: index > 1 ? "number" : "" }));
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, host),
    make("td", {}, pool),
    ...cells,
    make("td", {}, r),
    make("td", {}, log),
  );
}

function updateRow(app, row, { state, loop, iteration, several, since, done, memory: bytes }) {
  const texts = [
    state,
    loop ? `#${numberOf(app, loop)}, iteration ${count(iteration)}${several ? " and following" : ""}` : "",
    loop ? duration((app.time - since) / 1000) : "",
    count(done),
    memory(bytes),
  ];
  texts.forEach((text, index) => setText(row.children[index + 2], text));
}
