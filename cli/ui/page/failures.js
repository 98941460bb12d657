import { chip, keepList, make } from "./dom.js";
import { clock, count, firstLine } from "./format.js";
import { numberOf } from "./state.js";

/** Iterations that failed, each with its calls; those of loops that have ended too. */
export function showFailures(state, openLog) {
  const place = document.querySelector("#failures .content");
  if (state.failures.length === 0) {
    if (!place.querySelector(".empty"))
      place.replaceChildren(
        make(
          "p",
          { className: "empty" },
          "None. Errors of iterations appear here, with the calls that led to them, and stay for a week.",
        ),
      );
    return;
  }
  place.querySelector(".empty")?.remove();
  keepList(
    place,
    state.failures,
    keyOf,
    (failure) => describe(state, failure, openLog),
    () => undefined,
  );
}

function keyOf({ loop, iteration, time }) {
  return `${loop} ${iteration} ${time}`;
}

function describe(state, { loop, iteration, time, host, message, call, calls }, openLog) {
  const number = numberOf(state, loop);
  return make(
    "details",
    { className: "failure" },
    make(
      "summary",
      {},
      make("time", { dateTime: new Date(time).toISOString() }, dayOf(time)),
      chip(number, `#${number}`),
      make("span", { className: "iteration" }, `iteration ${count(iteration)}`),
      make("span", { className: "message" }, firstLine(message, 300)),
      make("span", { className: "host" }, host ?? "R died"),
    ),
    make("p", { className: "error" }, call ? `Error in ${call}: ${message}` : message),
    calls.length > 0 && make("h3", {}, "Calls, the outermost first"),
    calls.length > 0 &&
      make("ol", { className: "calls" }, ...calls.map((line) => make("li", {}, make("code", {}, line)))),
    host && make("button", { type: "button", onclick: () => openLog(host) }, `Log of ${host}`),
  );
}

function dayOf(time) {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock(time) : `${date.toLocaleDateString("en-CA")} ${clock(time)}`;
}
