import { styleOf } from "./dom.js";
import { count, plural, rate } from "./format.js";
import uPlot from "./uplot.js";

const height = 150;

/** The two charts over time: tasks that wait and run, and the rate. */
export class Charts {
  constructor() {
    this.depth = new Chart("depth", [
      { label: "waiting", colour: "--waiting", fill: true },
      { label: "running", colour: "--running" },
    ]);
    this.rate = new Chart("rate", [{ label: "rate", colour: "--accent", fill: true }]);
  }

  /** @param {import("./state.js").State} state */
  draw(state, span) {
    const { history } = state;
    const column = (index) => history.map((sample) => sample[index]);
    const times = history.map(([time]) => time / 1000);
    const range = { min: state.time / 1000 - span, max: state.time / 1000 };
    this.depth.draw([times, column(1), column(2)], range);
    this.rate.draw([times, column(3)], range);
    this.depth.say(`${plural(state.waiting, "task")} waiting, ${count(state.running)} running`);
    this.rate.say(`${rate(state.rate)} iterations a second`);
  }

  /** With other colours. */
  restyle() {
    this.depth.restyle();
    this.rate.restyle();
  }
}

class Chart {
  constructor(id, lines) {
    this.place = document.getElementById(id);
    this.lines = lines;
    this.data = [[], ...lines.map(() => [])];
    this.restyle();
    new ResizeObserver(() => this.plot.setSize({ width: this.place.clientWidth, height })).observe(this.place);
  }

  restyle() {
    this.plot?.destroy();
    const axis = { stroke: styleOf("--muted"), font: "11px system-ui, sans-serif", ticks: { show: false } };
    const grid = { stroke: styleOf("--grid"), width: 1 };
    this.plot = new uPlot(
      {
        ...{ width: this.place.clientWidth || 300, height, legend: { show: false }, padding: [8, 10, 0, 0] },
        cursor: { y: false, drag: { x: false, y: false }, sync: { key: "time" } },
        scales: { x: { time: true, auto: false }, y: { range: (_plot, _min, max) => [0, Math.max(max * 1.1, 4)] } },
        axes: [
          { ...axis, grid: { show: false }, size: 26, space: 70, values: (_plot, ticks) => ticks.map(clockOf) },
          { ...axis, grid, size: 52, space: 34, values: (_plot, ticks) => ticks.map(short) },
        ],
        series: [
          {},
          ...this.lines.map(({ label, colour, fill }) => ({
            ...{ label, stroke: styleOf(colour), width: 2, points: { show: false } },
            ...(fill && { fill: `color-mix(in srgb, ${styleOf(colour)} 14%, transparent)` }),
          })),
        ],
      },
      this.data,
      this.place,
    );
  }

  draw(data, range) {
    this.data = data;
    this.plot.batch(() => {
      this.plot.setData(data, false);
      this.plot.setScale("x", range);
    });
  }

  say(text) {
    if (this.place.ariaLabel !== text) this.place.ariaLabel = text;
  }
}

function clockOf(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

function short(value) {
  if (value >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  return value >= 1e4 ? `${+(value / 1e3).toFixed(1)}k` : count(value);
}
