import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { command, docker, eventually } from "../e2e/project";
import { image, redisImage, workerCommand } from "./settings";

export const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));

/** A network of its own; what is made in it goes with it. */
export class Lab {
  readonly name = `faults-${process.pid}`;
  /** A folder of this machine that all containers see. */
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-faults-"));
  private count = 0;
  private removal?: Promise<void>;

  async create(): Promise<void> {
    fs.chmodSync(this.folder, 0o777);
    await docker("network", "create", this.name);
  }

  /** Whether it is removed, or about to be. */
  get closed(): boolean {
    return this.removal !== undefined;
  }

  /** Once, whoever asks. */
  remove(): Promise<void> {
    return (this.removal ??= this.removeAll());
  }

  /** Again until nothing is left: containers may still be on their way. */
  private async removeAll(): Promise<void> {
    const label = `label=${this.name}`;
    await eventually(`the end of network ${this.name}`, async () => {
      const ids = await docker("ps", "--all", "--quiet", "--filter", label);
      if (ids) await command("docker", ["rm", "--force", "--volumes", ...ids.split("\n")]);
      await command("docker", ["network", "rm", this.name]);
      const left = await docker("network", "ls", "--quiet", "--filter", `name=^${this.name}$`);
      return left || ids ? undefined : true;
    });
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** The address of this machine as containers see it. */
  async gateway(): Promise<string> {
    return docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", this.name);
  }

  async run(kind: string, options: readonly string[], reference: string, ...args: string[]): Promise<Container> {
    if (this.closed) throw new Error("the lab is closed");
    const name = `${this.name}-${kind}-${this.count++}`;
    await docker(
      "run",
      "--detach",
      "--name",
      name,
      "--label",
      this.name,
      "--network",
      this.name,
      ...options,
      reference,
      ...args,
    );
    return new Container(name, this.name);
  }
}

export class Container {
  constructor(
    readonly name: string,
    readonly network: string,
  ) {}

  sh(script: string): Promise<string> {
    return docker("exec", this.name, "sh", "-c", script);
  }

  async remove(): Promise<void> {
    await command("docker", ["rm", "--force", "--volumes", this.name]);
  }

  async logs(): Promise<string> {
    return (await command("docker", ["logs", "--tail", "40", this.name])).output;
  }
}

const server = [
  "redis-server",
  "--appendonly yes",
  "--appendfsync everysec",
  "--save ''",
  "--protected-mode no",
  "--dir /data",
];

/** Before it starts, it goes back to what an earlier `past` kept, or forgets everything. */
const startRedis = `cd /data
if [ -d past ]; then rm -rf appendonlydir; mv past appendonlydir; fi
if [ -f forget ]; then rm -rf appendonlydir forget; fi
exec ${server.join(" ")}`;

export class Redis {
  private constructor(readonly container: Container) {}

  static async start(lab: Lab): Promise<Redis> {
    const redis = new Redis(await lab.run("redis", ["--entrypoint", "sh"], redisImage, "-c", startRedis));
    await redis.up();
    return redis;
  }

  get host(): string {
    return this.container.name;
  }

  async address(): Promise<string> {
    const format = `{{(index .NetworkSettings.Networks "${this.container.network}").IPAddress}}`;
    return docker("inspect", "--format", format, this.container.name);
  }

  cli(...args: string[]): Promise<string> {
    return docker("exec", this.container.name, "redis-cli", ...args);
  }

  async up(): Promise<void> {
    await eventually("Redis answers", async () => {
      const { stdout } = await command("docker", ["exec", this.container.name, "redis-cli", "ping"]);
      return stdout.includes("PONG") ? true : undefined;
    });
  }

  async restart(how: "kill" | "stop"): Promise<void> {
    await docker(how, this.container.name);
    await docker("start", this.container.name);
    await this.up();
  }
}

export type Layout = "together" | "apart";

export interface WorkerOptions {
  readonly queue: string;
  readonly redisHost: string;
  readonly redisPort: number;
  readonly lease: number;
  /** In one container, or in one each. */
  readonly layout: Layout;
  readonly memory?: string;
}

const environment = (values: Readonly<Record<string, string | number>>) =>
  Object.entries(values).flatMap(([key, value]) => ["--env", `${key}=${value}`]);

const workers = 2;

export async function startWorkers(lab: Lab, options: WorkerOptions): Promise<Container[]> {
  const together = options.layout === "together";
  const started: Container[] = [];
  const settings = [
    ...environment({
      REDIS_HOST: options.redisHost,
      REDIS_PORT: options.redisPort,
      RCLUSTER_QUEUE: options.queue,
      RCLUSTER_LEASE: options.lease,
      RCLUSTER_GRACE: 10,
    }),
    ...(options.memory ? ["--memory", options.memory, "--memory-swap", options.memory] : []),
    "--volume",
    `${lab.folder}:/faults`,
  ];
  const script = together ? `${workerCommand} & ${workerCommand} & wait` : `exec ${workerCommand}`;
  for (let i = 0; i < (together ? 1 : workers); i++) {
    started.push(await lab.run("worker", settings, image, "sh", "-c", script));
  }
  return started;
}

/** Pauses a container. On a busy machine the kernel may need more time for that than Docker has. */
export async function freeze(name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { code, output } = await command("docker", ["pause", name]);
    if (code === 0) return;
    if (tries === 5 || !output.includes("unable to freeze")) throw new Error(`docker pause ${name}: ${output}`);
    await sleep(0.2);
  }
}

/** Kills one of a container's R processes. */
export async function killR(container: Container, which: number): Promise<void> {
  const script = `set --
    for p in /proc/[0-9]*; do
      if [ "$(cat $p/comm 2>/dev/null)" = R ]; then set -- "$@" "\${p#/proc/}"; fi
    done
    [ $# -gt 0 ] || exit 0
    shift $((${which} % $#)); kill -KILL "$1"`;
  await container.sh(script);
}

export interface Outcome {
  readonly total: number;
  readonly gap: number;
  readonly verdict: string;
}

/** An R session in a container, which runs jobs. */
export class Session {
  private readonly lines: string[] = [];
  private readonly child: ChildProcessWithoutNullStreams;
  private output = "";
  private ended = false;
  pid = 0;

  constructor(
    readonly container: Container,
    values: Readonly<Record<string, string | number>>,
  ) {
    const args = ["exec", "--interactive", ...environment(values), container.name, "Rscript", "/loop.R"];
    this.child = spawn("docker", args);
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      this.lines.push(line);
      this.keep(line + "\n");
    });
    this.child.stderr.on("data", (text: Buffer) => this.keep(text.toString()));
    this.child.on("exit", () => (this.ended = true));
    this.child.stdin.on("error", () => undefined);
  }

  private keep(text: string): void {
    this.output = (this.output + text).slice(-3000);
  }

  get transcript(): string {
    return this.output;
  }

  async ready(): Promise<this> {
    this.pid = Number(await this.line("READY", 60));
    return this;
  }

  /** Starts a job; resolves once R runs it. */
  async start(kind: string, n: number, bad: string, marker: string): Promise<void> {
    this.lines.length = 0;
    this.child.stdin.write(`${kind} ${n} ${bad} ${marker}\n`);
    await this.line("START", 60);
  }

  async result(seconds: number): Promise<Outcome> {
    const [total, gap, ...verdict] = (await this.line("RESULT", seconds)).split(" ");
    return { total: Number(total), gap: Number(gap), verdict: verdict.join(" ") };
  }

  signal(name: "KILL" | "STOP" | "CONT"): Promise<string> {
    return this.container.sh(`kill -${name} ${this.pid}`);
  }

  async stop(): Promise<void> {
    if (this.pid && !this.ended)
      await command("docker", ["exec", this.container.name, "sh", "-c", `kill -KILL ${this.pid}`]);
    this.child.kill();
  }

  private async line(word: string, seconds: number): Promise<string> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const found = this.lines.find((line) => line.startsWith(word));
      if (found !== undefined) return found.slice(word.length + 1);
      if (this.ended) throw new Error(`R ended:\n${this.output}`);
      if (Date.now() > end) throw new Hung(`no ${word} within ${seconds} s:\n${this.output}`);
      await sleep(0.02);
    }
  }
}

export class Hung extends Error {}
