import type { Cluster } from "../../components/contracts";
import { poolsOf } from "../../stacks/kubernetes/plan";
import { connectRedis } from "../redis";
import type { Target } from "../target";
import { given, limited, ok, once, warning, wrong, type Check, type Finding } from "./check";
import { dockerParts } from "./docker";
import type { Facts } from "./facts";
import { programVersion } from "./machine";
import { readWorkers, redisFindings, workerFindings, type Seen } from "./queue";

/** A cluster that is up: whether all of it is. */
export function runningChecks(facts: Facts): Check[] {
  const redis = once(async () => {
    const [target, config] = await given(Promise.all([given(facts.target()), facts.config()]));
    const queues = [...new Set([target.queue, ...poolsOf(config).map(({ queue }) => queue)])];
    return limited(readRedis(target, queues), facts.seconds);
  });
  const parts = once(async () => {
    const target = await given(facts.target());
    const onDocker = target.cluster.platform === "docker";
    if (onDocker) await given(facts.engine());
    const read = onDocker ? dockerParts : (await import("./pods")).podParts;
    return limited(read(target), facts.seconds);
  });
  return [
    {
      name: "Cluster",
      look: async () => {
        const { stack } = await given(facts.settings());
        const target = await facts.target();
        return target ? (await parts()).findings : ok(`not up: 'rcluster up --stack ${stack}' makes it`);
      },
    },
    {
      name: "Image",
      look: async () => {
        const { cluster, stack } = await given(facts.target());
        return imageFinding(cluster, (await given(parts())).images, stack);
      },
    },
    { name: "Redis", look: async () => redisFindings((await redis()).info) },
    {
      name: "Workers",
      look: async () => {
        const { cluster } = await given(facts.target());
        return workerFindings((await given(redis())).workers, cluster.workers, cluster.commands.logs);
      },
    },
    {
      name: "Metrics",
      look: async () => {
        const { cluster, outputs } = await given(facts.target());
        if (cluster.platform !== "docker" || typeof outputs.metricsUrl !== "string") return [];
        return limited(metricsFinding(outputs.metricsUrl, cluster.names.metrics), facts.seconds);
      },
    },
    {
      name: "R",
      look: async () => {
        const { workers } = await given(redis());
        const code = "cat(if (nzchar(system.file(package='rcluster'))) as.character(packageVersion('rcluster')))";
        const version = await limited(programVersion("Rscript", "--vanilla", "-e", code), facts.seconds);
        return ownFindings(version, workers);
      },
    },
  ];
}

async function readRedis(target: Target, queues: readonly string[]) {
  const connection = await connectRedis(target);
  try {
    const { redis } = connection;
    const [info, workers] = await Promise.all([redis.info(), readWorkers(redis, queues)]);
    return { info, workers };
  } finally {
    connection.close();
  }
}

/** Whether master and workers run the image that the stack made; a master with an IDE has one of its own. */
export function imageFinding(
  { image: wanted, names, ide }: Pick<Cluster, "image" | "names" | "ide">,
  images: ReadonlyMap<string, string>,
  stack: string,
): Finding {
  const compared = [...images].filter(([name]) => !(ide && name === names.master));
  const others = compared.filter(([, image]) => image !== wanted).map(([name]) => name);
  if (others.length === 0) return ok(`the same on ${ide ? "all" : "master and"} workers`);
  return wrong(`not the stack's on ${others.join(", ")}`, `rcluster up --refresh --stack ${stack}`);
}

async function metricsFinding(url: string, container = ""): Promise<Finding> {
  const logs = `docker logs ${container}`;
  const text = await fetch(url).then(
    async (response) => response.text(),
    () => undefined,
  );
  if (text === undefined) return wrong(`${url} does not answer`, logs);
  return /^redis_up 1$/m.test(text) ? ok(url) : wrong("the exporter does not reach Redis", logs);
}

/** Whether the R of this machine, if it has the package at all, has that of the cluster. */
export function ownFindings(version: string | undefined, workers: readonly Seen[]): Finding[] {
  if (!version) return [];
  const others = [...new Set(workers.map((worker) => worker.version))].filter((other) => other !== version);
  if (others.length === 0) return [ok(`has rcluster ${version}`)];
  const what = `this machine's R has rcluster ${version}, the workers ${others.join(" and ")}`;
  return [warning(what, "the last line of `rcluster env`, which installs theirs")];
}
