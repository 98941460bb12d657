import { chip, keepList, make, setText } from "./dom.js";
import { clock, count, duration, rate } from "./format.js";
import { numberOf } from "./state.js";

const heads = ["Loop", "Coordinator", "Progress", "Running", "Failed", "Rate", "Time", "Left"];

/** Loops that run, then those that ended while somebody was looking. */
export function showLoops(state) {
  const place = document.querySelector("#loops .content");
  const all = [...state.loops, ...state.ended];
  if (all.length === 0) {
    if (!place.querySelector(".empty")) place.replaceChildren(emptyText());
    return;
  }
  const body = place.querySelector("tbody") ?? makeTable(place, heads);
  keepList(
    body,
    all,
    ({ id }) => id,
    (loop) => makeRow(state, loop),
    (row, loop) => updateRow(state, row, loop),
  );
}

/** A table with heads, and its body. */
export function makeTable(place, names) {
  const body = make("tbody");
  const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, name)));
  place.replaceChildren(make("table", {}, make("thead", {}, head), body));
  return body;
}

function emptyText() {
  return make(
    "p",
    { className: "empty" },
    make("strong", {}, "Idle: no loop runs."),
    " Open an R with ",
    make("code", {}, "rcluster shell"),
    " and type ",
    make("code", {}, "foreach(i = 1:100) %dopar% sqrt(i)"),
  );
}

function makeRow(state, { id }) {
  const number = numberOf(state, id);
  return make(
    "tr",
    {},
    make("th", { scope: "row", title: id }, chip(number, `#${number}`)),
    make("td", { className: "host" }),
    make("td", { className: "progress" }, make("progress", { ariaLabel: `Progress of loop ${number}` }), make("span")),
    ...heads.slice(3).map((name) => make("td", { className: name === "Time" || name === "Left" ? "" : "number" })),
  );
}

function updateRow(state, row, { running, told, speed, secondsLeft, ended }) {
  const [, host, progress, ...cells] = row.children;
  const [bar, numbers] = progress.children;
  row.classList.toggle("ended", ended !== undefined);
  setText(host, told ? `${told.host}:${told.pid}` : "");
  const { done = 0, total, sent = 0, failed = 0, began } = told ?? {};
  if (total !== undefined) Object.assign(bar, { max: Math.max(total, 1), value: total === 0 ? 1 : done });
  else if (ended === undefined) bar.removeAttribute("value");
  bar.hidden = total === undefined && ended !== undefined;
  // What it did last, within a second, it told nobody.
  const reached = ended === undefined ? "" : "reached ";
  const far = total !== undefined ? `${count(done)} of ${count(total)}` : `${count(done)} done, ${count(sent)} sent`;
  setText(numbers, told ? reached + far : "begins");
  const spent = began === undefined ? "" : duration(((ended ?? state.time) - began) / 1000);
  const texts = [
    ended === undefined ? count(running) : "",
    failed > 0 ? `✕ ${count(failed)}` : "0",
    speed && ended === undefined ? `${rate(speed)}/s` : "",
    spent,
    ended === undefined ? (secondsLeft === undefined ? "" : duration(secondsLeft)) : `over at ${clock(ended)}`,
  ];
  cells.forEach((cell, index) => setText(cell, texts[index]));
  cells[1].classList.toggle("bad", failed > 0);
}
