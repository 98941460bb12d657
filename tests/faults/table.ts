import type { Record } from "./lane";

export interface Row {
  readonly fault: string;
  readonly records: readonly Record[];
}

const columns = ["right", "wrong", "missing", "error", "hung", "leak", "late"] as const;

function quantile(sorted: readonly number[], share: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? "-" : value.toFixed(1);
}

/** One line a fault: what the runs came to, and how many seconds nothing went on, in the middle and at worst. */
export function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map((row) => row.fault.length));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i ? cell.padStart(8) : cell.padEnd(width))).join("");
  const body = rows.map(({ fault, records }) => {
    const seconds = records.flatMap(({ recovery }) => recovery ?? []).sort((a, b) => a - b);
    const counts = columns.map((verdict) => records.filter((record) => record.verdict === verdict).length);
    return line([fault, String(records.length), ...counts.map(String), quantile(seconds, 0.5), quantile(seconds, 1)]);
  });
  return [line(["fault", "runs", ...columns, "median", "worst"]), ...body].join("\n");
}
