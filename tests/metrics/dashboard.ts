import * as fs from "node:fs";
import * as path from "node:path";

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: { readonly uid: string };
  readonly targets: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

export interface Dashboard {
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const file = path.resolve(__dirname, "../../docs/grafana.json");

/** The dashboard for Grafana. */
export function dashboard(): Dashboard {
  return JSON.parse(fs.readFileSync(file, "utf8")) as Dashboard;
}

/** What the dashboard asks Prometheus for: each metric's name, and the label that it selects by, such as `key="idle"`. */
export function wantedSeries({ panels, templating }: Dashboard): Wanted[] {
  const queries = [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...templating.list.flatMap(({ definition }) => definition ?? []),
  ];
  const found = queries.flatMap((query) => [...query.matchAll(/\b(redis_\w+)(?:\{([^}]*)\})?/g)]);
  const wanted = found.map(([, metric = "", selector = ""]) => {
    const [, label, operator, value = ""] = /(key|cmd)(=~?)"([^"]*)"/.exec(selector) ?? [];
    if (!label) return { metric, text: metric };
    const values = operator === "=~" ? new RegExp(`^(${value})$`) : new RegExp(`^${value}$`);
    return { metric, text: `${metric}{${label}${operator}"${value}"}`, label, values };
  });
  return [...new Map(wanted.map((each) => [each.text, each])).values()];
}

interface Wanted {
  readonly metric: string;
  readonly text: string;
  readonly label?: string;
  readonly values?: RegExp;
}

/** What the dashboard asks for and an endpoint does not give. */
export function missing(wanted: readonly Wanted[], given: readonly Sample[]): string[] {
  const has = ({ metric, label, values }: Wanted) =>
    given.some(({ name, labels }) => name === metric && (!label || values?.test(labels[label] ?? "")));
  return wanted.filter((each) => !has(each)).map(({ text }) => text);
}

/** One line of an endpoint. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An endpoint's lines in Prometheus' text format. */
export function samples(text: string): Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", , labels = "", value] = /^(\w+)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", text = ""]) => [key, text]);
      return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
    });
}

/** What the queue's script tells, by key. */
export function queueValues(given: readonly Sample[], queue = "jobs"): Record<string, number> {
  const own = given.filter(
    ({ name, labels }) => name === "redis_script_values" && labels.filename?.endsWith(`/${queue}`),
  );
  return Object.fromEntries(own.map(({ labels, value }) => [labels.key ?? "", value]));
}
