import { make, setText } from "./dom.js";
import { clock, count, duration, rate } from "./format.js";

const tiles = [
  ["Workers", workers],
  ["Waiting", ({ waiting }) => [count(waiting), waiting === 1 ? "task" : "tasks"]],
  ["Running", ({ running }) => [count(running), running === 1 ? "task" : "tasks"]],
  ["Rate", (state) => [rate(state.rate), "iterations a second"]],
  ["Failed", failed],
  ["End", end],
  ["Cost", (_state, { cost }) => [cost?.amount ?? "–", cost?.note ?? ""]],
];

/** The numbers that people look at first. */
export function showTiles(state, about) {
  const list = document.getElementById("tiles");
  if (list.children.length === 0) {
    for (const [name] of tiles) {
      list.append(
        make(
          "div",
          { id: `tile-${name.toLowerCase()}` },
          make("dt", {}, name),
          make("dd"),
          make("dd", { className: "more" }),
        ),
      );
    }
  }
  tiles.forEach(([, tell], index) => {
    const [, value, more] = list.children[index].children;
    const [text, small] = tell(state, about);
    setText(value, text);
    setText(more, small);
  });
  list.querySelector("#tile-failed").classList.toggle("bad", list.querySelector("#tile-failed dd").textContent !== "0");
}

function workers({ workers: all }, { wanted = {} }) {
  const here = [...all.values()];
  const live = here.filter(({ state }) => state !== "late").length;
  const busy = here.filter(({ state, loop }) => state !== "late" && (state === "busy" || loop)).length;
  const late = here.length - live;
  const sum = Object.values(wanted).reduce((total, number) => total + number, 0);
  return [
    Object.keys(wanted).length > 0 ? `${count(live)} of ${count(sum)}` : count(live),
    `${count(busy)} busy${late > 0 ? `, ${count(late)} late` : ""}`,
  ];
}

function failed({ loops, failures }) {
  // A coordinator counts a failure when it is its turn, and tells of it before.
  const listed = (id) => failures.filter(({ loop }) => loop === id).length;
  const now = loops.reduce((sum, { id, told }) => sum + Math.max(told?.failed ?? 0, listed(id)), 0);
  const last = failures[0] && `last at ${clock(failures[0].time)}`;
  return [count(now), loops.length > 0 || !last ? "iterations" : last];
}

function end({ loops, time }) {
  if (loops.length === 0) return ["–", "no loop runs"];
  const left = loops.map(({ secondsLeft }) => secondsLeft);
  if (left.some((seconds) => seconds === undefined)) return ["–", "not known yet"];
  const most = Math.max(...left);
  return [duration(most), `at about ${clock(time + most * 1000).slice(0, 5)}`];
}
