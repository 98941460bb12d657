import { run } from "./command";

type Options = Parameters<typeof run>[1];

// A cluster that is gone is told, not waited for.
const patience = "--request-timeout=30s";

/** kubectl, for what jobs are made of. */
export class Kubectl {
  /** @param command kubectl with the options that name cluster and namespace */
  constructor(private readonly command: readonly string[]) {}

  async get<T>(...args: string[]): Promise<T> {
    return JSON.parse(await run([...this.command, "get", patience, ...args, "--output", "json"])) as T;
  }

  async create<T extends object>(object: T, signal?: AbortSignal): Promise<T> {
    const command = [...this.command, "create", patience, "--filename", "-", "--output", "json"];
    return JSON.parse(await run(command, { input: (to) => to.end(JSON.stringify(object)), signal })) as T;
  }

  async patchJob(id: string, change: object): Promise<void> {
    await run([...this.command, "patch", "job", id, patience, "--type", "merge", "--patch", JSON.stringify(change)]);
  }

  async delete(kind: string, name: string): Promise<void> {
    await run([...this.command, "delete", kind, name, patience, "--ignore-not-found", "--wait=false"]);
  }

  async waitFor(pod: string, signal: AbortSignal): Promise<void> {
    await run([...this.command, "wait", "--for=condition=Ready", `pod/${pod}`, "--timeout=180s"], { signal });
  }

  async logs(pod: string, follow: boolean, options: Options): Promise<void> {
    await run([...this.command, "logs", ...(follow ? ["--follow"] : []), pod], options);
  }

  async exec(pod: string, command: readonly string[], options: Options = {}): Promise<string> {
    return run([...this.command, "exec", ...(options.input ? ["--stdin"] : []), pod, "--", ...command], options);
  }
}
