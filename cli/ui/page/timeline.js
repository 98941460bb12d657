import { colourOf } from "./colours.js";
import { make, setText, styleOf } from "./dom.js";
import { clock, count, duration, shorten } from "./format.js";
import { numberOf } from "./state.js";
import { Tracks } from "./tracks.js";

const axisHeight = 22;
const steps = [5, 10, 15, 30, 60, 120, 300];

/** Who ran what when: a row for each worker, a colour for each loop. */
export class Timeline {
  /** @param {(host: string) => void} openLog */
  constructor(openLog) {
    this.tracks = new Tracks();
    const place = document.getElementById("timeline");
    [this.canvas, this.axis] = place.querySelectorAll("canvas");
    [this.box, this.tip] = [place.querySelector(".rows"), place.querySelector(".tip")];
    this.place = place;
    this.said = document.getElementById("timeline-said");
    this.key = document.getElementById("timeline-key");
    /** @type {{ row: number, ago: number } | undefined} */
    this.chosen = undefined;
    this.canvas.addEventListener("mousemove", (event) => this.point(event));
    this.canvas.addEventListener("mouseleave", () => this.choose(undefined));
    this.canvas.addEventListener("blur", () => this.choose(undefined));
    this.canvas.addEventListener("click", () => this.open(openLog));
    this.canvas.addEventListener("keydown", (event) => this.press(event, openLog));
    new ResizeObserver(() => this.paint()).observe(this.box);
  }

  /** @param {import("./state.js").State} state */
  draw(state, span) {
    Object.assign(this, {
      state,
      span: span * 1000,
      time: state.time,
      list: this.tracks.rows(state.time, span * 1000),
    });
    this.place.hidden = this.list.length === 0;
    this.describe();
    this.paint();
  }

  paint() {
    if (!this.list?.length) return;
    const { rowHeight, gutter } = this.measure();
    const context = sized(this.canvas, this.box.clientWidth, this.list.length * rowHeight);
    const [text, muted, strip] = ["--text", "--muted", "--strip"].map(styleOf);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    const gap = rowHeight >= 12 ? 2 : rowHeight > 4 ? 1 : 0.5;
    this.list.forEach((track, row) => {
      const top = row * rowHeight;
      context.fillStyle = strip;
      context.fillRect(gutter, top + gap, this.plotWidth, rowHeight - 2 * gap);
      if (gutter > 0) {
        context.fillStyle = this.isHere(track) ? text : muted;
        const mark = { draining: "▽ ", late: "! " }[track.worker.state] ?? "";
        context.fillText(mark + shorten(track.worker.host, 17 - mark.length), 0, top + rowHeight / 2);
      }
      for (const stretch of track.stretches) this.paintStretch(context, stretch, top + gap, rowHeight - 2 * gap);
    });
    for (const failure of this.state.failures) this.paintFailure(context, failure, rowHeight);
    this.paintChoice(context, rowHeight, text);
    this.paintAxis(muted);
    this.showTip();
  }

  measure() {
    const rows = this.list.length;
    this.rowHeight = rows <= 12 ? 24 : rows <= 30 ? 15 : rows <= 100 ? 8 : 5;
    this.gutter = this.rowHeight >= 12 ? 128 : 0;
    this.plotWidth = Math.max(10, this.box.clientWidth - this.gutter);
    return this;
  }

  isHere({ seen }) {
    return seen === this.time;
  }

  x(time) {
    return this.gutter + this.plotWidth * (1 - (this.time - time) / this.span);
  }

  paintStretch(context, stretch, top, height) {
    if (stretch.to < this.time - this.span) return;
    const from = Math.max(this.gutter, this.x(stretch.from));
    const width = Math.max(1, this.x(stretch.to) - from);
    context.fillStyle = stretch.loop === null ? styleOf("--muted") : colourOf(numberOf(this.state, stretch.loop));
    context.globalAlpha = stretch.short ? 0.55 : 1;
    context.fillRect(from, top, width > 4 ? width - 1 : width, height); // a gap between two tasks
    context.globalAlpha = 1;
  }

  paintFailure(context, { host, time }, rowHeight) {
    const row = this.list.findIndex(({ worker }) => worker.host === host);
    if (row < 0 || time < this.time - this.span || time > this.time) return;
    const [x, y, size] = [this.x(time), (row + 0.5) * rowHeight, Math.min(5, rowHeight / 2)];
    context.beginPath();
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    for (const [colour, width] of [
      ["--card", 5],
      ["--bad", 2.5],
    ]) {
      Object.assign(context, { strokeStyle: styleOf(colour), lineWidth: width, lineCap: "round" });
      context.stroke();
    }
  }

  paintChoice(context, rowHeight, colour) {
    if (!this.chosen) return;
    Object.assign(context, { strokeStyle: colour, lineWidth: 1 });
    context.strokeRect(this.gutter + 0.5, this.chosen.row * rowHeight + 0.5, this.plotWidth - 1, rowHeight - 1);
    context.fillStyle = colour;
    context.fillRect(this.x(this.time - this.chosen.ago), this.chosen.row * rowHeight, 1, rowHeight);
  }

  paintAxis(colour) {
    const context = sized(this.axis, this.box.clientWidth, axisHeight);
    Object.assign(context, {
      fillStyle: colour,
      font: "11px system-ui, sans-serif",
      textBaseline: "middle",
      textAlign: "center",
    });
    const most = this.plotWidth / 90;
    const step = (steps.find((seconds) => this.span / 1000 / seconds <= most) ?? 300) * 1000;
    for (let time = Math.ceil((this.time - this.span) / step) * step; time <= this.time; time += step) {
      const x = this.x(time);
      if (x < this.gutter + 28 || x > this.gutter + this.plotWidth - 28) continue;
      context.fillRect(x, 0, 1, 4);
      context.fillText(clock(time), x, 13);
    }
  }

  point({ offsetX, offsetY }) {
    const row = Math.min(this.list.length - 1, Math.floor(offsetY / this.rowHeight));
    this.choose({ row, ago: this.span * (1 - Math.max(0, offsetX - this.gutter) / this.plotWidth) });
  }

  press(event, openLog) {
    if (event.key === "Enter") return this.open(openLog);
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
    if (!(event.key in moves)) return undefined;
    event.preventDefault();
    const next = this.chosen || event.key === "Escape" ? moves[event.key] : { row: 0, ago: 0 };
    this.choose(next && { row: clamp(next.row, this.list.length - 1), ago: clamp(next.ago, this.span) });
    if (next) setText(this.said, this.describeChoice().join(", "));
    return undefined;
  }

  open(openLog) {
    const track = this.list[this.chosen?.row ?? 0];
    if (track) openLog(track.worker.host);
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
    const x = this.x(this.time - this.chosen.ago);
    const y = (this.chosen.row + 1) * this.rowHeight - this.box.scrollTop + 6;
    this.tip.style.left = `${clamp(x - this.tip.offsetWidth / 2, this.box.clientWidth - this.tip.offsetWidth)}px`;
    this.tip.style.top = `${Math.min(y, this.box.clientHeight)}px`;
  }

  /** The worker, and what it did then. */
  describeChoice() {
    const track = this.list[this.chosen.row];
    const time = this.time - this.chosen.ago;
    const { host, pool, state } = track.worker;
    const head = `${host} (${pool}), ${this.isHere(track) ? state : "gone"}`;
    const stretch = track.stretches.find(({ from, to }) => from <= time && time <= to + this.span / 500);
    if (!stretch) return [head, `${clock(time)}: nothing seen`];
    return [head, ...this.describeStretch(stretch)];
  }

  describeStretch({ loop, iteration, several, from, to, short, done }) {
    const name = loop === null ? "tasks" : `loop #${numberOf(this.state, loop)}`;
    const when = `${clock(from)}, ${to >= this.time ? "for" : "took"} ${duration((to - from) / 1000)}`;
    if (short) return [`${name}: many short tasks, ${count(done)} iterations`, when];
    return [`${name}: iteration ${count(iteration)}${several ? " and following" : ""}`, when];
  }

  describe() {
    const busy = this.list.filter((track) => this.isHere(track) && track.worker.loop).length;
    this.canvas.ariaLabel = `What ${this.list.length} workers did over time; ${busy} work now`;
    const seen = new Set(this.list.flatMap(({ stretches }) => stretches.map(({ loop }) => loop)));
    const loops = [...seen].filter((loop) => loop !== null).map((loop) => numberOf(this.state, loop));
    const text = loops
      .sort((a, b) => a - b)
      .slice(-8)
      .join(" ");
    if (this.key.dataset.loops === text) return;
    this.key.dataset.loops = text;
    this.key.replaceChildren(
      ...(text ? text.split(" ").map((number) => chip(number, `loop #${number}`)) : ["no loop yet"]),
    );
    if (text)
      this.key.append(
        make("span", { className: "pale" }, "pale: many short tasks"),
        make("span", { className: "cross" }, "✕ failed"),
      );
  }
}

/** A colour and what it stands for. */
export function chip(number, text) {
  const patch = make("span", { className: "chip" });
  patch.style.background = colourOf(number);
  return make("span", { className: "named" }, patch, text);
}

function sized(canvas, width, height) {
  const scale = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    Object.assign(canvas, { width: w, height: h });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

function clamp(value, most) {
  return Math.max(0, Math.min(most, value));
}
