import { colourOf } from "./colours.js";
import { styleOf } from "./dom.js";
import { clock, shorten } from "./format.js";

const axisHeight = 22;
const steps = [5, 10, 15, 30, 60, 120, 300]; // seconds between two times on the axis
const marks = { draining: "▽ ", late: "! " };

/**
 * What is seen of the timeline, and where.
 * @typedef {{ list: any[], time: number, span: number, rowHeight: number, gutter: number, plotWidth: number }} View
 */

/**
 * @param {any[]} list of tracks
 * @param {number} time at the right end
 * @param {number} span milliseconds
 * @param {number} width pixels
 * @returns {View}
 */
export function viewOf(list, time, span, width) {
  const rows = list.length;
  const rowHeight = rows <= 12 ? 24 : rows <= 30 ? 15 : rows <= 100 ? 8 : 5;
  const gutter = rowHeight >= 12 ? 128 : 0; // for names
  return { list, time, span, rowHeight, gutter, plotWidth: Math.max(10, width - gutter) };
}

/** Where a time is, in pixels from the left. */
export function xOf({ gutter, plotWidth, time, span }, when) {
  return gutter + plotWidth * (1 - (time - when) / span);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {View} view
 * @param {{ failures: any[], numberOf: (loop: string) => number, chosen?: { row: number, ago: number } }} what
 */
export function paintRows(canvas, view, { failures, numberOf, chosen }) {
  const { list, rowHeight, gutter, plotWidth, time } = view;
  const context = sized(canvas, gutter + plotWidth, list.length * rowHeight);
  const [text, muted, strip] = ["--text", "--muted", "--strip"].map(styleOf);
  Object.assign(context, { font: "12px system-ui, sans-serif", textBaseline: "middle" });
  const gap = rowHeight >= 12 ? 2 : rowHeight > 4 ? 1 : 0.5;
  const height = rowHeight - 2 * gap;
  list.forEach(({ worker, stretches, seen }, row) => {
    const top = row * rowHeight + gap;
    context.fillStyle = strip;
    context.fillRect(gutter, top, plotWidth, height);
    if (gutter > 0) {
      const mark = marks[worker.state] ?? "";
      context.fillStyle = seen === time ? text : muted;
      context.fillText(mark + shorten(worker.host, 17 - mark.length), 0, top + height / 2);
    }
    for (const stretch of stretches) {
      const colour = stretch.loop === null ? muted : colourOf(numberOf(stretch.loop));
      paintStretch(context, view, stretch, colour, top, height);
    }
  });
  const crosses = { back: styleOf("--card"), front: styleOf("--bad") };
  for (const failure of failures) paintCross(context, view, failure, crosses);
  if (chosen) paintChoice(context, view, chosen, text);
}

function paintStretch(context, view, { from, to, short }, colour, top, height) {
  if (to < view.time - view.span) return;
  const left = Math.max(view.gutter, xOf(view, from));
  const width = Math.max(1, xOf(view, to) - left);
  context.fillStyle = colour;
  context.globalAlpha = short ? 0.55 : 1;
  context.fillRect(left, top, width > 4 ? width - 1 : width, height); // a gap between two tasks
  context.globalAlpha = 1;
}

function paintCross(context, view, { host, time }, { back, front }) {
  const row = view.list.findIndex(({ worker }) => worker.host === host);
  if (row < 0 || time < view.time - view.span || time > view.time) return;
  const [x, y, size] = [xOf(view, time), (row + 0.5) * view.rowHeight, Math.min(5, view.rowHeight / 2)];
  context.beginPath();
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y + size);
  context.moveTo(x + size, y - size);
  context.lineTo(x - size, y + size);
  for (const [strokeStyle, lineWidth] of [
    [back, 5],
    [front, 2.5],
  ]) {
    Object.assign(context, { strokeStyle, lineWidth, lineCap: "round" });
    context.stroke();
  }
}

function paintChoice(context, view, { row, ago }, colour) {
  const { gutter, plotWidth, rowHeight, time } = view;
  Object.assign(context, { strokeStyle: colour, fillStyle: colour, lineWidth: 1 });
  context.strokeRect(gutter + 0.5, row * rowHeight + 0.5, plotWidth - 1, rowHeight - 1);
  context.fillRect(xOf(view, time - ago), row * rowHeight, 1, rowHeight);
}

/** The times below the rows. */
export function paintAxis(canvas, view) {
  const { gutter, plotWidth, time, span } = view;
  const context = sized(canvas, gutter + plotWidth, axisHeight);
  const font = { font: "11px system-ui, sans-serif", textBaseline: "middle", textAlign: "center" };
  Object.assign(context, font, { fillStyle: styleOf("--muted") });
  const most = plotWidth / 90;
  const step = (steps.find((seconds) => span / 1000 / seconds <= most) ?? 300) * 1000;
  for (let at = Math.ceil((time - span) / step) * step; at <= time; at += step) {
    const x = xOf(view, at);
    if (x < gutter + 28 || x > gutter + plotWidth - 28) continue;
    context.fillRect(x, 0, 1, 4);
    context.fillText(clock(at), x, 13);
  }
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
