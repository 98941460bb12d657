import { keepList, make, setText } from "./dom.js";
import { duration, firstLine } from "./format.js";
import { makeTable } from "./loops.js";

const heads = ["Job", "Script", "State", "Ran", "", ""];

/**
 * Detached jobs, the newest first.
 * @param {any[] | null} jobs null where they cannot be told
 * @param {(job: string) => void} openLog
 */
export function showJobs(jobs, openLog) {
  const place = document.querySelector("#jobs .content");
  if (!jobs) {
    place.replaceChildren(make("p", { className: "empty" }, "Not known: they cannot be told now."));
    return;
  }
  if (jobs.length === 0) {
    const start = make("code", {}, "rcluster submit script.R");
    place.replaceChildren(make("p", { className: "empty" }, "None. ", start, " starts one that needs no terminal."));
    return;
  }
  const body = place.querySelector("tbody") ?? makeTable(place, heads);
  keepList(body, jobs, ({ id }) => id, (job) => makeRow(job, openLog), updateRow); // prettier-ignore
}

function makeRow({ id, script }, openLog) {
  const log = make("button", { type: "button", ariaLabel: `Log of job ${id}`, onclick: () => openLog(id) }, "Log");
  const cells = Array.from({ length: 3 }, () => make("td"));
  return make("tr", {}, make("th", { scope: "row" }, id), make("td", {}, script), ...cells, make("td", {}, log));
}

function updateRow(row, { state, reason, begin, end }) {
  const [, , now, ran, why] = row.children;
  setText(now, state);
  now.classList.toggle("bad", state === "failed");
  setText(ran, begin ? duration((Date.parse(end ?? new Date().toISOString()) - Date.parse(begin)) / 1000) : "");
  setText(why, firstLine(reason ?? "", 90));
}
