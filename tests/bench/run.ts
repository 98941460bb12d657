import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";

const usage = `npm run bench -- [--quick] [--results FOLDER] [--base IMAGE] [EXPERIMENT...]

  --quick    less of everything, in under 3 minutes
  --results  where results.md, .png, .txt and .csv go (default: tests/bench/results)
  --base     a Debian image to build on, such as one with R's packages in it
  EXPERIMENT rates, latency, efficiency, sizes, values, tasks, blocked, memory, workers (default: all)`;

const here = __dirname;
const root = path.resolve(here, "../..");
const image = "rcluster-bench";

function docker(...args: string[]): void {
  execFileSync("docker", args, { stdio: "inherit" });
}

/** A folder with what the Dockerfile copies. */
function stage(): string {
  const context = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-bench-"));
  for (const name of ["Dockerfile", "packages.R", "r"]) {
    fs.cpSync(path.join(here, name), path.join(context, name), { recursive: true });
  }
  fs.cpSync(path.join(root, "images/r/rcluster"), path.join(context, "rcluster"), { recursive: true });
  return context;
}

function build(base: string | undefined): void {
  const context = stage();
  try {
    const args = ["--build-arg", `REPOS=${process.env.REPOS ?? ""}`];
    if (base) args.push("--build-arg", `BASE=${base}`);
    docker("build", "--quiet", "--tag", image, ...args, context);
  } finally {
    fs.rmSync(context, { recursive: true });
  }
}

function measure(args: readonly string[], results: string): void {
  const name = `${image}-${process.pid}`;
  // Two cores, however many there are: the goals are for two workers on two.
  docker("create", "--name", name, "--cpuset-cpus", "0-1", "--shm-size", "1g", image, ...args);
  try {
    docker("start", "--attach", name);
    fs.mkdirSync(results, { recursive: true });
    docker("cp", `${name}:/results/.`, results);
  } finally {
    docker("rm", "--force", "--volumes", name);
  }
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean" },
      results: { type: "string", default: path.join(here, "results") },
      base: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  build(values.base);
  measure([...(values.quick ? ["quick"] : []), ...positionals], path.resolve(values.results));
}

main();
