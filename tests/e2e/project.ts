import * as assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Cluster } from "../../components/contracts";

export interface Result {
  readonly code: number;
  readonly stdout: string;
  /** Standard output, then standard error. */
  readonly output: string;
  readonly seconds: number;
  /** When standard output first showed what `watchFor` asks for, in seconds from the start. */
  readonly seenAt?: number;
}

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly watchFor?: string;
  /** Called when that is seen. */
  readonly onSeen?: () => void;
}

const checkout = path.resolve(__dirname, "../..");

/** Runs a command to its end, whatever its exit code. */
export async function command(
  program: string,
  args: readonly string[],
  { watchFor, onSeen, ...options }: CommandOptions = {},
): Promise<Result> {
  const begin = Date.now();
  const elapsed = () => (Date.now() - begin) / 1000;
  let seenAt: number | undefined;
  return new Promise((resolve) => {
    const child = execFile(program, args, { maxBuffer: 2 ** 28, ...options }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
      resolve({ code, stdout, output: stdout + stderr, seconds: elapsed(), seenAt });
    });
    child.stdout?.on("data", (text: string) => {
      if (seenAt !== undefined || !watchFor || !text.includes(watchFor)) return;
      seenAt = elapsed();
      onSeen?.();
    });
    child.stdin?.end();
  });
}

/** Runs a command that has to succeed, and returns its standard output. */
export async function success(...args: Parameters<typeof command>): Promise<string> {
  const { code, stdout, output } = await command(...args);
  if (code !== 0) throw new Error(`${args[0]} ${args[1].join(" ")} ended with ${code}:\n${output}`);
  return stdout;
}

export const docker = async (...args: string[]) => (await success("docker", args)).trim();

export const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** Polls until `check` gives a value. */
export async function eventually<T>(what: string, check: () => Promise<T | undefined>, limit = 30): Promise<T> {
  const end = Date.now() + limit * 1000;
  for (;;) {
    const value = await check();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`not seen within ${limit} s: ${what}`);
    await seconds(0.2);
  }
}

/** A result that has to be good. */
export function good(result: Result): Result {
  assert.equal(result.code, 0, result.output);
  return result;
}

/** One that has to fail, with an exit code and a line that says why. */
export function fails({ code, output }: Result, wanted: number, line: RegExp): void {
  assert.equal(code, wanted, output);
  assert.match(output.trim(), line);
}

/**
 * A copy of the project in a folder of its own, with a stack of its own: what the tests change there, in files or on
 * the machine, is gone after `remove`.
 */
export class Project {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-e2e-"));

  /** @param stack name of the stack; default: one that nobody else has */
  constructor(readonly stack = `e2e-${randomBytes(3).toString("hex")}`) {
    const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: checkout });
    for (const file of files.toString().split("\n").filter(Boolean)) {
      if (!fs.existsSync(path.join(checkout, file))) continue;
      fs.cpSync(path.join(checkout, file), path.join(this.folder, file));
    }
    fs.symlinkSync(path.join(checkout, "node_modules"), path.join(this.folder, "node_modules"));
  }

  /** Name under which the engine keeps the image. */
  get imageName(): string {
    return `rcluster-${this.stack}:latest`;
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** `npm run SCRIPT -- ARGS` */
  async npm(script: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<Result> {
    return command("npm", ["run", "--silent", script, "--", ...args], {
      ...options,
      cwd: this.folder,
      env: this.environment(options.env),
    });
  }

  /** `rcluster ARGS`, in the project's folder. */
  async rcluster(args: readonly string[], options: CommandOptions = {}): Promise<Result> {
    const program = path.join("cli", "rcluster.mjs");
    return command("node", [program, ...args], { ...options, cwd: this.folder, env: this.environment(options.env) });
  }

  /** The environment of the project's commands. */
  environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return { ...process.env, PULUMI_HOME: pulumiHome(), ...more };
  }

  /** `npm run pulumi -- ARGS`, to the project's stack. */
  async pulumi(args: readonly string[], options: CommandOptions = {}): Promise<Result> {
    return this.npm("pulumi", [...args, "--stack", this.stack], options);
  }

  async create(config: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.must(this.npm("pulumi", ["stack", "init", this.stack]));
    await this.set(config);
  }

  async set(config: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(config)) {
      await this.must(this.npm("pulumi", ["config", "set", "--stack", this.stack, "--path", "--", key, value]));
    }
  }

  async up(args: readonly string[] = [], options: CommandOptions = {}): Promise<Result> {
    return this.must(this.pulumi(["up", "--yes", "--skip-preview", ...args], options));
  }

  async unset(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.must(this.pulumi(["config", "rm", "--path", key]));
  }

  /** What `up` with this config says went wrong, the program's own lines alone. The config is taken back. */
  async problem(config: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
    const file = this.path(`Pulumi.${this.stack}.yaml`);
    const before = fs.readFileSync(file);
    await this.set(config);
    const { code, output } = await this.pulumi(["up", "--yes", "--skip-preview"], { env });
    fs.writeFileSync(file, before);
    if (code === 0) throw new Error(`up has succeeded:\n${output}`);
    const diagnostics = output.slice(output.indexOf("Diagnostics:")).split("\n\n")[0] ?? "";
    return diagnostics
      .split("\n")
      .slice(2)
      .map((line) => line.trim())
      .filter(Boolean);
  }

  async cluster(): Promise<Cluster> {
    return JSON.parse(await this.output("cluster")) as Cluster;
  }

  async output(name: string): Promise<string> {
    const { stdout } = await this.must(this.pulumi(["stack", "output", name, "--json", "--show-secrets"]));
    return stdout.trim();
  }

  /** Where this machine reaches the cluster's Redis, with the password. */
  async redisUrl(): Promise<URL> {
    return new URL(JSON.parse(await this.output("redisUrl")) as string);
  }

  /** Runs R code on the master, and returns what it prints. */
  async r(code: string): Promise<string> {
    return docker("exec", `rmaster-${this.stack}`, "Rscript", "-e", code);
  }

  /** Ids of the stack's containers by name. */
  async containers(): Promise<Map<string, string>> {
    return this.list("ps", "--all", "--no-trunc", "--format", "{{.Names}} {{.ID}}");
  }

  /** Everything of the stack's that Docker still has. */
  async leftovers(): Promise<string[]> {
    const kinds = [
      await this.containers(),
      await this.list("network", "ls", "--format", "{{.Name}} {{.ID}}"),
      await this.list("volume", "ls", "--format", "{{.Name}} {{.Name}}"),
    ];
    return kinds.flatMap((kind) => [...kind.keys()]);
  }

  private async list(...args: string[]): Promise<Map<string, string>> {
    const lines = await docker(...args, "--filter", `label=rcluster.stack=rcluster/${this.stack}`);
    return new Map(
      lines
        .split("\n")
        .filter(Boolean)
        .map((line) => line.split(" ") as [string, string]),
    );
  }

  async destroy(): Promise<void> {
    await this.must(this.pulumi(["destroy", "--yes", "--skip-preview"]));
  }

  async remove(): Promise<void> {
    await this.pulumi(["destroy", "--yes", "--skip-preview"]);
    const images = ["", "_jupyter", "_rstudio"].map((ide) => this.imageName + ide);
    await command("docker", ["image", "rm", "--force", ...images]);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private async must(result: Promise<Result>): Promise<Result> {
    const done = await result;
    if (done.code !== 0) throw new Error(`ended with ${done.code}:\n${done.output}`);
    return done;
  }
}

/** A folder for Pulumi without the login that this machine's user may have, but with their plugins. */
function pulumiHome(): string {
  const home = path.join(os.tmpdir(), "rcluster-e2e-pulumi");
  const own = process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi");
  fs.mkdirSync(home, { recursive: true });
  for (const folder of ["plugins", "versions"]) {
    if (!fs.existsSync(path.join(home, folder)) && fs.existsSync(path.join(own, folder))) {
      fs.symlinkSync(path.join(own, folder), path.join(home, folder));
    }
  }
  return home;
}
