import { keepList, make, setText } from "./dom.js";
import { makeTable } from "./loops.js";

const heads = ["Job", "Script", "State", "Since"];

/** Detached jobs, where the command knows of any. */
export function showJobs({ jobs }) {
  const place = document.getElementById("jobs");
  place.hidden = !jobs;
  if (!jobs) return;
  const content = place.querySelector(".content");
  if (jobs.length === 0) {
    content.replaceChildren(
      make("p", { className: "empty" }, "None. ", make("code", {}, "rcluster submit script.R"), " starts one."),
    );
    return;
  }
  const body = content.querySelector("tbody") ?? makeTable(content, heads);
  const row = () => make("tr", {}, make("th", { scope: "row" }), ...heads.slice(1).map(() => make("td")));
  keepList(
    body,
    jobs,
    ({ id }) => id,
    row,
    (element, { id, script, state, since }) => {
      [id, script, state, since].forEach((text, index) => setText(element.children[index], text ?? ""));
    },
  );
}
