import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import { promisify } from "node:util";
import { engines } from "../../package.json";
import type { Engine } from "../../components/docker/engine";
import type { ClusterConfig } from "../../stacks/config";
import { ask } from "../target";
import { limited, ok, warning, wrong, type Check, type Finding } from "./check";
import type { Facts } from "./facts";

const gibibyte = 2 ** 30;
const littleDisk = 5 * gibibyte; // an image is about 1 GiB, and its layers are there while it is built

/** Node.js, Docker and Pulumi. */
export function machineChecks(facts: Facts): Check[] {
  return [
    { name: "Node.js", look: () => Promise.resolve(nodeFinding(process.versions.node, engines.node)) },
    {
      name: "Docker",
      look: async () => {
        const config = await facts.config().catch(() => undefined);
        const needed = config === undefined || usesDocker(config);
        const engine = await facts.engine().catch((error: unknown) => noEngine(error as Error, needed));
        return "verdict" in engine ? engine : engineFindings(engine, config, await freeDisk(engine));
      },
    },
    {
      name: "Pulumi",
      look: async () => {
        const both = Promise.all([ask(["version"]), ask(["whoami", "--json"])]);
        const [version, who] = await limited(both, facts.seconds);
        return ok(pulumiLine(version, who));
      },
    },
  ];
}

/** Whether the Node.js of this process is new enough for `>=MAJOR.MINOR`. */
export function nodeFinding(version: string, wanted: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [least = 0, leastMinor = 0] = wanted.replace(">=", "").split(".").map(Number);
  if (major > least || (major === least && minor >= leastMinor)) return ok(version);
  return wrong(
    `${version} is too old: ${wanted.replace(">=", "")} or later is needed`,
    "see https://nodejs.org/en/download",
  );
}

/** Whether a config's cluster is on Docker, or its image is built there. */
export function usesDocker({ platform, image }: ClusterConfig): boolean {
  return platform === "docker" || image.ref === undefined;
}

function noEngine({ message }: Error, needed: boolean): Finding {
  if (!needed) return ok("none, and this stack needs none");
  return wrong(message, "start Docker; on Linux make sure that `docker ps` works without sudo");
}

/** What Docker has, and whether it is enough. */
export function engineFindings(engine: Engine, config?: ClusterConfig, freeDisk?: number): Finding[] {
  const has = [
    ...[engine.version, engine.platform, `${engine.cores} cores`, `${gibibytes(engine.memory)} memory`],
    ...(freeDisk === undefined ? [] : [`${gibibytes(freeDisk)} free disk`]),
    ...(engine.rootless ? ["rootless"] : []),
  ].join(", ");
  const few = freeDisk !== undefined && freeDisk < littleDisk;
  const memory = config?.platform === "docker" ? memoryOf(config, engine.cores) : 0;
  return [
    ok(has),
    ...(few ? [warning(`${gibibytes(freeDisk)} of free disk is little for images`, "docker image prune")] : []),
    ...(memory > engine.memory
      ? [
          warning(
            `the cluster's containers may use ${gibibytes(memory)} of memory together, more than there is`,
            "fewer workers, or a smaller worker.memory",
          ),
        ]
      : []),
  ];
}

function memoryOf({ workers, worker, master, redis }: ClusterConfig, cores: number): number {
  return (workers === "auto" ? cores : workers) * worker.memory + master.memory + redis.memory;
}

function gibibytes(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(bytes < 10 * gibibyte ? 1 : 0)} GiB`;
}

// Of an engine in a virtual machine this machine does not see the disk.
async function freeDisk({ host, folder }: Engine): Promise<number | undefined> {
  if (!host.startsWith("unix:")) return undefined;
  return fs.statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
}

/** Version and login from what `pulumi version` and `pulumi whoami --json` print. */
export function pulumiLine(version: string, who: string): string {
  const { user, url } = JSON.parse(who) as { user?: string; url?: string };
  return `${version.trim()}, state in ${url}${user && !url?.startsWith("file:") ? ` as ${user}` : ""}`;
}

/** What a program says of its version; undefined where there is no such program. */
export async function programVersion(program: string, ...args: string[]): Promise<string | undefined> {
  return promisify(execFile)(program, args).then(
    ({ stdout, stderr }) => (stdout || stderr).trim(),
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    },
  );
}
