/**
 * The fault matrix: every fault of the contract on every kind of job, each again and again.
 * Options: --repetitions N, --real N (with the contract's times), --parallel N, --only REGEXP (of "FAULT, KIND"),
 * --seed N.
 */
import { parseArgs } from "node:util";
import { docker } from "../e2e/project";
import { faults } from "./faults";
import { Container, Hung, Lab, Redis } from "./lab";
import { kinds, Lane, type Fault, type Kind, type Record } from "./lane";
import { image, real, short, type Times } from "./settings";
import { table } from "./table";
import * as path from "node:path";

const { values: options } = parseArgs({
  options: {
    repetitions: { type: "string", default: "20" },
    real: { type: "string", default: "2" },
    parallel: { type: "string", default: "12" },
    only: { type: "string", default: "" },
    seed: { type: "string", default: "1" },
  },
});
const seed = Number(options.seed);
const source = path.resolve(__dirname, "../../images/r");
const scripts = path.resolve(__dirname, "../../examples/compat");

interface Plan {
  readonly fault: Fault;
  readonly kind: Kind;
  readonly times: Times;
  readonly repetitions: number;
  readonly label: string;
}

function plans(): Plan[] {
  const only = new RegExp(options.only);
  const all = faults.flatMap((fault) =>
    kinds.flatMap((kind): Plan[] => [
      { fault, kind, times: short, repetitions: Number(options.repetitions), label: fault.name },
      {
        fault,
        kind,
        times: real,
        repetitions: fault.timed ? Number(options.real) : 0,
        label: `${fault.name}, real times`,
      },
    ]),
  );
  const chosen = all.filter(({ repetitions, label, kind }) => repetitions > 0 && only.test(`${label}, ${kind}`));
  const possible = chosen.filter(({ fault, kind }) => kind !== "compat" || !fault.bad);
  return possible.sort((a, b) => Number(b.times === real) - Number(a.times === real));
}

async function run(lab: Lab, master: Container, redis: Redis, plan: Plan, index: number): Promise<Record[]> {
  const records: Record[] = [];
  let lane: Lane | undefined;
  for (let i = 0; i < plan.repetitions; i++) {
    let record: Record;
    const number = seed * 1000003 + index * 1009 + i;
    try {
      if (!lane) {
        lane = new Lane(lab, master, redis, plan.fault, plan.kind, plan.times, `q${index}.${i}`);
        await lane.open();
      }
      record = await lane.strike(number);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      record = { verdict: error instanceof Hung ? "hung" : "error", detail };
    }
    records.push(record);
    if (lab.closed) return records;
    if (record.verdict !== "right") {
      console.log(`\n${plan.label}, ${plan.kind}, repetition ${i}: ${record.verdict} ${record.detail ?? ""}`);
      console.log(await lane?.evidence().catch(String));
      await lane?.close();
      lane = undefined;
    }
  }
  await lane?.close();
  return records;
}

/** No need to look at faults if nothing works without them. */
async function check(lab: Lab, master: Container, redis: Redis): Promise<void> {
  const lane = new Lane(lab, master, redis, { name: "none" }, "list", short, "check");
  await lane.open();
  await lane.close();
}

async function main(): Promise<void> {
  if (!process.env.RCLUSTER_IMAGE) await docker("build", "--quiet", "--tag", image, source);
  const lab = new Lab();
  const begin = Date.now();
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => void lab.remove().then(() => process.exit(130)));
  await lab.create();
  try {
    const loop = path.join(__dirname, "loop.R");
    const volumes = ["--volume", `${loop}:/loop.R:ro`, "--volume", `${scripts}:/compat:ro`];
    const master = await lab.run("master", volumes, image, "sleep", "infinity");
    const redis = await Redis.start(lab);
    const todo = plans();
    await check(lab, master, redis);
    const rows = new Map<string, Record[]>(todo.map(({ label }) => [label, []]));
    let next = 0;
    const worker = async () => {
      for (let i = next++; i < todo.length && !lab.closed; i = next++) {
        const plan = todo[i];
        if (!plan) return;
        rows.get(plan.label)?.push(...(await run(lab, master, redis, plan, i)));
        if (process.stdout.isTTY) process.stdout.write(".");
      }
    };
    await Promise.all(Array.from({ length: Number(options.parallel) }, worker));
    if (lab.closed) return;
    console.log(`\n${table([...rows].map(([fault, records]) => ({ fault, records })))}`);
    const all = [...rows.values()].flat();
    const bad = all.filter(({ verdict }) => verdict !== "right").length;
    const version = await docker("version", "--format", "{{.Server.Version}}");
    console.log(`\n${all.length - bad} passing`);
    if (bad) console.log(`${bad} failing`);
    console.log(`${((Date.now() - begin) / 60000).toFixed(1)} minutes, seed ${seed}, Docker ${version}`);
    if (bad) process.exitCode = 1;
  } finally {
    await lab.remove();
  }
}

void main();
