import { chip, make, setText } from "./dom.js";
import { clock, count, duration } from "./format.js";
import { paintAxis, paintRows, viewOf, xOf } from "./paint.js";
import { numberOf } from "./state.js";
import { Tracks } from "./tracks.js";

/** Who ran what when: a row for each worker, a colour for each loop. */
export class Timeline {
  /** @param {(host: string) => void} openLog */
  constructor(openLog) {
    this.tracks = new Tracks();
    this.place = document.getElementById("timeline");
    [this.canvas, this.axis] = this.place.querySelectorAll("canvas");
    [this.box, this.tip] = [this.place.querySelector(".rows"), this.place.querySelector(".tip")];
    this.said = document.getElementById("timeline-said");
    this.key = document.getElementById("timeline-key");
    this.openLog = openLog;
    /** @type {{ row: number, ago: number } | undefined} */
    this.chosen = undefined;
    this.canvas.addEventListener("mousemove", (event) => this.point(event));
    this.canvas.addEventListener("mouseleave", () => this.choose(undefined));
    this.canvas.addEventListener("blur", () => this.choose(undefined));
    this.canvas.addEventListener("click", () => this.open());
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    new ResizeObserver(() => this.paint()).observe(this.box);
  }

  /**
   * @param {import("./state.js").State} state
   * @param {number} span seconds
   */
  draw(state, span) {
    this.state = state;
    this.span = span * 1000;
    this.list = this.tracks.rows(state.time, this.span);
    this.place.hidden = this.list.length === 0;
    this.describe();
    this.paint();
  }

  paint() {
    if (!this.list?.length) return;
    this.view = viewOf(this.list, this.state.time, this.span, this.box.clientWidth);
    const number = (loop) => numberOf(this.state, loop);
    paintRows(this.canvas, this.view, { failures: this.state.failures, numberOf: number, chosen: this.chosen });
    paintAxis(this.axis, this.view);
    this.showTip();
  }

  point({ offsetX, offsetY }) {
    const { rowHeight, gutter, plotWidth } = this.view;
    const row = Math.min(this.list.length - 1, Math.floor(offsetY / rowHeight));
    this.choose({ row, ago: this.span * (1 - Math.max(0, offsetX - gutter) / plotWidth) });
  }

  press(event) {
    if (event.key === "Enter") return this.open();
    const { row, ago } = this.chosen ?? { row: 0, ago: 0 };
    const jump = this.span / 60;
    const moves = {
      ArrowDown: { row: row + 1, ago },
      ArrowUp: { row: row - 1, ago },
      PageDown: { row: row + 20, ago },
      PageUp: { row: row - 20, ago },
      ArrowLeft: { row, ago: ago + jump },
      ArrowRight: { row, ago: ago - jump },
      Home: { row, ago: this.span },
      End: { row, ago: 0 },
      Escape: undefined,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const next = this.chosen || event.key === "Escape" ? moves[event.key] : { row: 0, ago: 0 };
    this.choose(next && { row: clamp(next.row, this.list.length - 1), ago: clamp(next.ago, this.span) });
    if (!next) return;
    setText(this.said, this.describeChoice().join(", "));
    this.box.scrollTop = Math.min(this.box.scrollTop, this.chosen.row * this.view.rowHeight);
    const bottom = (this.chosen.row + 1) * this.view.rowHeight;
    this.box.scrollTop = Math.max(this.box.scrollTop, bottom - this.box.clientHeight);
  }

  open() {
    const track = this.list[this.chosen?.row ?? 0];
    if (track) this.openLog(track.worker.host);
  }

  choose(chosen) {
    this.chosen = chosen;
    this.paint();
  }

  showTip() {
    this.tip.hidden = !this.chosen || !this.list[this.chosen.row];
    if (this.tip.hidden) return;
    const [head, ...lines] = this.describeChoice();
    this.tip.replaceChildren(make("strong", {}, head), ...lines.map((line) => make("span", {}, line)));
    const x = xOf(this.view, this.state.time - this.chosen.ago);
    const y = (this.chosen.row + 1) * this.view.rowHeight - this.box.scrollTop + 6;
    this.tip.style.left = `${clamp(x - this.tip.offsetWidth / 2, this.box.clientWidth - this.tip.offsetWidth)}px`;
    this.tip.style.top = `${Math.min(y, this.box.clientHeight)}px`;
  }

  /** The worker, and what it did then. */
  describeChoice() {
    const { worker, stretches, seen } = this.list[this.chosen.row];
    const time = this.state.time - this.chosen.ago;
    const head = `${worker.host} (${worker.pool}), ${seen === this.state.time ? worker.state : "gone"}`;
    const stretch = stretches.find(({ from, to }) => from <= time && time <= to + this.span / 500);
    if (!stretch) return [head, `${clock(time)}: nothing seen`];
    const { loop, iteration, several, from, to, short, done } = stretch;
    const name = loop === null ? "tasks" : `loop #${numberOf(this.state, loop)}`;
    const when = `${clock(from)}, ${to >= this.state.time ? "for" : "took"} ${duration((to - from) / 1000)}`;
    if (short) return [head, `${name}: many short tasks, ${count(done)} iterations`, when];
    return [head, `${name}: iteration ${count(iteration)}${several ? " and following" : ""}`, when];
  }

  describe() {
    const busy = this.list.filter(({ seen, worker }) => seen === this.state.time && worker.loop).length;
    this.canvas.ariaLabel = `What ${this.list.length} workers did over time; ${busy} work now`;
    const loops = new Set(this.list.flatMap(({ stretches }) => stretches.map(({ loop }) => loop)));
    loops.delete(null);
    const numbers = [...loops].map((loop) => numberOf(this.state, loop)).sort((a, b) => a - b);
    const text = numbers.slice(-8).join(" ");
    if (this.key.dataset.loops === text) return;
    this.key.dataset.loops = text;
    const chips = numbers.slice(-8).map((number) => chip(number, `loop #${number}`));
    const hints = [make("span", {}, "pale: many short tasks"), make("span", { className: "cross" }, "✕ failed")];
    this.key.replaceChildren(...(text ? [...chips, ...hints] : ["no loop yet"]));
  }
}

function clamp(value, most) {
  return Math.max(0, Math.min(most, value));
}
