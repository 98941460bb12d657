import { styled, table, wrap } from "../terminal";
import { brief, clock, count, duration, firstLine, plural, rate, shorten } from "../ui/page/format.js";
import type { costInWords } from "./place";
import type { LoopStatus, Status } from "./status";

const most = { loops: 8, failures: 5, troubles: 5, pools: 12 };
const width = 80;

type Cost = ReturnType<typeof costInWords>;

/** A status in 80 columns. */
export function render(status: Status, cost: Cost): string {
  return [
    heading(status),
    "",
    ...facts(status, cost),
    ...section("Pools", status.pools.length > 1 ? poolRows(status) : [], most.pools),
    ...section("Loops", loopRows(status), most.loops),
    ...section("Last failures", failureRows(status), most.failures),
    ...troubleLines(status),
  ].join("\n");
}

function heading({ stack, platform, queue, time }: Status): string {
  const left = `${shorten(stack, 24)} on ${platform}, queue ${shorten(queue, 24)}`;
  const right = clock(Date.parse(time));
  return styled("bold", left) + " ".repeat(Math.max(1, width - left.length - right.length)) + styled("dim", right);
}

function facts(status: Status, cost: Cost): string[] {
  const { waiting, running, failed, secondsLeft, time } = status;
  const end = secondsLeft === null ? "" : `in about ${duration(secondsLeft)}, at ${clockSoon(time, secondsLeft)}`;
  const fallback = status.loops.length > 0 ? "not known" : "no loop runs";
  return [
    ["workers", workersInWords(status)],
    ["tasks", `${count(waiting)} waiting, ${count(running)} running`],
    ["failed", failed > 0 ? styled("red", plural(failed, "iteration")) : "none"],
    ["rate", `${rate(status.rate)} iterations a second`],
    ["end", end || fallback],
    ...jobsInWords(status),
    ["cost", `${cost.amount} (${cost.note})`],
  ].map(([label = "", value]) => `${styled("dim", label.padEnd(9))}${value}`);
}

function jobsInWords({ jobs }: Status): string[][] {
  if (!jobs) return [["jobs", styled("yellow", "not known")]];
  const number = (state: string) => jobs.filter((job) => job.state === state).length;
  const states = ["pending", "running", "done", "failed", "cancelled"].filter((state) => number(state) > 0);
  return jobs.length === 0 ? [] : [["jobs", states.map((state) => `${number(state)} ${state}`).join(", ")]];
}

function workersInWords({ pools, workers }: Status): string {
  const sum = (part: "live" | "busy" | "wanted") => pools.reduce((total, pool) => total + (pool[part] ?? 0), 0);
  const wanted = pools.some((pool) => pool.wanted !== undefined) ? ` of ${count(sum("wanted"))} wanted` : "";
  const others = (["draining", "late"] as const).flatMap((state) => {
    const number = workers.filter((worker) => worker.state === state).length;
    return number > 0 ? [`${count(number)} ${state}`] : [];
  });
  return [`${count(sum("live"))} live${wanted}`, `${count(sum("busy"))} busy`, ...others].join(", ");
}

function clockSoon(time: string, seconds: number): string {
  const end = new Date(Date.parse(time) + seconds * 1000);
  const day = seconds > 20 * 3600 ? `${end.toLocaleDateString("en-CA")} ` : "";
  return day + clock(+end).slice(0, 5);
}

function poolRows({ pools }: Status): string[][] {
  const rows = pools.map(({ pool, live, busy, wanted }) => [
    ...[shorten(pool, 30), right(count(live), 7), right(count(busy), 7)],
    right(wanted === undefined ? "" : count(wanted), 7),
  ]);
  return [["pool", right("live", 7), right("busy", 7), right("wanted", 7)], ...rows];
}

function loopRows({ loops, time }: Status): string[][] {
  const rows = loops.map((loop, index) => [
    `#${index + 1} ${shorten(loop.host === null ? "" : `${loop.host}:${loop.pid}`, 14)}`,
    loop.began === null ? "" : duration((Date.parse(time) - Date.parse(loop.began)) / 1000),
    ...progressOf(loop),
    right(loop.failed ? brief(loop.failed) : "", 6),
    loop.secondsLeft === null ? "" : duration(loop.secondsLeft),
  ]);
  return [["loop", "for", "", right("done", 16), right("failed", 6), "left"], ...rows];
}

function progressOf({ done, total }: LoopStatus): [bar: string, numbers: string] {
  if (done === null) return ["", ""];
  if (total === null) return ["", right(brief(done), 16)];
  const full = total === 0 ? 8 : Math.floor((8 * done) / total);
  return ["█".repeat(full) + "░".repeat(8 - full), right(`${brief(done)} of ${brief(total)}`, 16)];
}

function failureRows({ failures, loops }: Status): string[][] {
  const number = (id: string) => loops.findIndex((loop) => loop.id === id) + 1;
  const rows = failures.map(({ time, loop, iteration, host, message }) => [
    clock(Date.parse(time)),
    number(loop) > 0 ? `#${number(loop)}` : "",
    right(count(iteration), 9),
    shorten(host ?? "", 16),
    firstLine(message, 34),
  ]);
  return [["time", "loop", right("iteration", 9), "worker", "message"], ...rows];
}

function troubleLines({ troubles }: Status): string[] {
  if (troubles.length === 0) return [];
  const shown = troubles.slice(0, most.troubles);
  const lines = shown.flatMap(({ what, why }) => wrap(`${what}: ${why}`, width - 2).slice(0, 3));
  return [
    "",
    styled(["bold", "yellow"], "In the way"),
    ...lines.map((line) => `  ${line}`),
    ...andMore(troubles.length - shown.length),
  ];
}

function section(title: string, [head, ...rows]: readonly string[][], limit: number): string[] {
  if (!head || rows.length === 0) return [];
  return ["", styled("bold", title), table(head, rows.slice(0, limit)), ...andMore(rows.length - limit)];
}

function andMore(number: number): string[] {
  return number > 0 ? [styled("dim", `and ${count(number)} more`)] : [];
}

function right(text: string, columns: number): string {
  return text.padStart(columns);
}
