import { parseArgs } from "node:util";
import { KubernetesProject } from "../e2e/kubernetes/project";
import { Project } from "../e2e/project";

const usage = `npm run bench:platforms -- [--rounds N] [--tasks N]

Tasks per second on Docker and on Kubernetes, in turns, on clusters of two workers of one core each. Needs Docker, a
cluster that kubectl reaches and, in RCLUSTER_TEST_REGISTRY, a registry for it.

  --rounds  how often each platform is measured (default: 9)
  --tasks   tasks of one measurement, which do nothing and are sent one by one (default: 20000)`;

const platforms = ["docker", "kubernetes"] as const;
type Rates = Readonly<Record<(typeof platforms)[number], number[]>>;

/** R code that prints tasks per second, after a warm-up; it stops unless all results are right. */
function measurement(tasks: number): string {
  return `rate <- function(n) {
      begin <- proc.time()[["elapsed"]]
      x <- foreach(i = seq_len(n), .combine = c, .options.rcluster = list(chunk = 1)) %dopar% i
      stopifnot(identical(x, seq_len(n)))
      n / (proc.time()[["elapsed"]] - begin)
    }
    invisible(rate(1000))
    cat(rate(${tasks}))`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

async function measure(rounds: number, tasks: number): Promise<Rates> {
  const projects = { docker: new Project(), kubernetes: new KubernetesProject() };
  const rates: Rates = { docker: [], kubernetes: [] };
  try {
    // On Kubernetes a pod may use a whole core, however much less it reserves.
    await projects.docker.create({ workers: "2" });
    await projects.kubernetes.create();
    for (const platform of platforms) await projects[platform].up();
    for (let round = 1; round <= rounds; round++) {
      // Each is as often the first of a round as the second.
      for (const platform of round % 2 ? platforms : platforms.toReversed()) {
        rates[platform].push(Number(await projects[platform].r(measurement(tasks))));
      }
      console.log(
        `round ${round}: ${platforms.map((name) => `${name} ${Math.round(rates[name].at(-1) ?? NaN)}`).join(", ")}`,
      );
    }
  } finally {
    for (const platform of platforms) await projects[platform].remove();
  }
  return rates;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "9" },
      tasks: { type: "string", default: "20000" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const rates = await measure(Number(values.rounds), Number(values.tasks));
  const [docker, kubernetes] = platforms.map((platform) => median(rates[platform])) as [number, number];
  console.log(`median: docker ${Math.round(docker)}, kubernetes ${Math.round(kubernetes)} tasks a second`);
  console.log(`kubernetes / docker: ${(kubernetes / docker).toFixed(2)}`);
}

void main();
