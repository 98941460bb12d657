import { Charts } from "./charts.js";
import { make, setText } from "./dom.js";
import { showFailures } from "./failures.js";
import { clock } from "./format.js";
import { showJobs } from "./jobs.js";
import { Log } from "./log.js";
import { showLoops } from "./loops.js";
import { applyChanges, applyWhole, emptyState } from "./state.js";
import { showTiles } from "./tiles.js";
import { Timeline } from "./timeline.js";
import { showWorkers } from "./workers.js";

const state = emptyState();
let about = {};
let most = 300; // seconds shown, as chosen
const log = new Log();
const openLog = (host) => void log.open(host);
const charts = new Charts();
const timeline = new Timeline(openLog);

const events = new EventSource("events");
events.addEventListener("whole", ({ data }) => {
  applyWhole(state, JSON.parse(data));
  seen();
});
events.addEventListener("changes", ({ data }) => {
  applyChanges(state, JSON.parse(data));
  seen();
});
events.addEventListener("about", ({ data }) => {
  about = JSON.parse(data);
  showPlace();
  if (state.time) draw();
});
events.addEventListener("away", ({ data }) => {
  tell("away", `${JSON.parse(data).why}${sinceWhen()} It goes on by itself once Redis is back.`);
});
events.addEventListener("error", () => {
  tell(
    "ended",
    `The command rcluster ui does not answer${sinceWhen()} Start it again, and open the address that it prints.`,
  );
});

function sinceWhen() {
  return state.time ? `. What you see is as of ${clock(state.time)}.` : ".";
}

function seen() {
  tell("live", "");
  timeline.tracks.look(state.time, state.workers);
  if (!document.hidden) draw();
}

function tell(what, banner) {
  const live = document.getElementById("live");
  live.className = what;
  setText(live, { live: "live", away: "waiting for Redis", ended: "not connected" }[what]);
  const place = document.getElementById("banner");
  place.hidden = banner === "";
  setText(place, banner);
  document.body.classList.toggle("stale", banner !== "");
}

// The time seen so far, a minute at least: what is empty says nothing.
function spanShown() {
  const seconds = (state.time - (state.history[0]?.[0] ?? state.time)) / 1000;
  return Math.min(most, Math.max(60, Math.ceil(seconds / 30) * 30));
}

function draw() {
  const span = spanShown();
  showTiles(state, about);
  charts.draw(state, span);
  timeline.draw(state, span);
  showWorkers(state, about, openLog);
  showLoops(state);
  showFailures(state, openLog);
  const hosts = new Set([...[...state.workers.values()].map(({ host }) => host).sort(), ...(about.logs ?? [])]);
  log.offer([...hosts]);
  document.body.dataset.time = String(state.time);
}

function showPlace() {
  setText(document.getElementById("place"), `stack ${about.stack} on ${about.platform}, queue ${about.queue}`);
  document.title = `${about.stack} – rcluster`;
  const place = document.getElementById("troubles");
  place.hidden = about.troubles.length === 0;
  const lines = about.troubles.map(({ what, why }) => make("li", {}, make("strong", {}, what), ` ${why}`));
  if (place.dataset.text !== JSON.stringify(about.troubles)) place.querySelector("ul").replaceChildren(...lines);
  place.dataset.text = JSON.stringify(about.troubles);
  showJobs(about.jobs, (job) => void log.open(job, "job-log"));
}

document.getElementById("window").addEventListener("change", ({ target }) => {
  most = Number(target.value);
  if (state.time) draw();
});
document.getElementById("worker-list").addEventListener("toggle", () => draw());
document.addEventListener("visibilitychange", () => !document.hidden && state.time && draw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  charts.restyle();
  if (state.time) draw();
});
