import { createServer } from "node:net";
import { RunError } from "@pulumi/pulumi";
import type { Engine } from "./engine";

/** What a stack is about to use of the machine. Keys are those of the config, for the errors. */
export interface Plan {
  /** Value of the stack's label. */
  readonly stack: string;
  readonly containerNames: readonly string[];
  readonly ports: readonly { readonly key: string; readonly port: number }[];
  readonly cpus: Readonly<Record<string, number>>;
}

/**
 * Stops the program before anything changes if the machine cannot give what the plan needs.
 *
 * @throws RunError with one line naming what is in the way.
 */
export async function checkMachine(plan: Plan, engine: Engine): Promise<void> {
  const problem = obstacle(plan, engine) ?? (await listener(plan, engine));
  if (problem) throw new RunError(problem);
}

/** What the engine's own lists tell: cores, names and ports of other people's containers. */
export function obstacle(plan: Plan, engine: Engine): string | undefined {
  for (const [key, cpus] of Object.entries(plan.cpus)) {
    if (cpus > engine.cores) {
      return `config ${key}: ${cpus} is not allowed; allowed: at most the ${engine.cores} cores of this Docker engine`;
    }
  }
  const twice = plan.ports.find(({ port }, index) => plan.ports.findIndex((other) => other.port === port) !== index);
  if (twice) return `config ${twice.key}: port ${twice.port} is already used by this stack; allowed: another port`;
  for (const container of engine.containers.filter(({ stack }) => stack !== plan.stack)) {
    if (plan.containerNames.includes(container.name)) {
      return `a container named ${container.name} exists and is not of this stack: rename or remove it`;
    }
    const clash = plan.ports.find(({ port }) => container.ports.includes(port));
    if (clash) return taken(clash, `the container ${container.name}`);
  }
  return undefined;
}

async function listener(plan: Plan, engine: Engine): Promise<string | undefined> {
  if (!/^(unix|npipe):/.test(engine.host)) return undefined; // another machine's ports
  const own = engine.containers.filter(({ stack }) => stack === plan.stack).flatMap(({ ports }) => ports);
  const candidates = plan.ports.filter(({ port }) => !own.includes(port));
  const free = await Promise.all(candidates.map(({ port }) => isFree(port)));
  const clash = candidates.find((_, index) => !free[index]);
  return clash && taken(clash, "another program");
}

function taken({ key, port }: Plan["ports"][number], by: string): string {
  return `config ${key}: port ${port} is in use by ${by}; allowed: a free port`;
}

// macOS lets a program listen on loopback beside another one that listens on all addresses.
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, "127.0.0.1")) && (await canListen(port, "0.0.0.0"));
}

async function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
