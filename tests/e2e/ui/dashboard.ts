import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import type { Page } from "playwright-core";
import { eventually, seconds, type Project } from "../project";

/** What a command takes of the machine. */
interface Usage {
  readonly share: number;
  readonly resident: number;
  readonly own: number;
}

/** A running `rcluster ui`. */
export class Dashboard {
  private constructor(
    private readonly child: ChildProcess,
    /** With its token. */
    readonly address: string,
  ) {}

  static async start(project: Project, ...args: string[]): Promise<Dashboard> {
    const child = spawn(process.execPath, ["cli/rcluster.mjs", "ui", "--no-open", "--stack", project.stack, ...args], {
      cwd: project.folder,
      env: project.environment(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    const address = await eventually("the address", () => Promise.resolve(/http:\S+/.exec(said)?.[0]));
    return new Dashboard(child, address);
  }

  /** The share of a core that the command takes over so many seconds, and its memory in MB then: all, and its own. */
  async usageOver(duration: number): Promise<Usage> {
    const proc = (file: string) => fs.readFileSync(`/proc/${this.child.pid}/${file}`, "utf8");
    const used = () => {
      const [user = 0, system = 0] = (proc("stat").split(") ")[1] ?? "").split(" ").slice(11, 13).map(Number);
      return (user + system) / 100;
    };
    const [before, began] = [used(), performance.now()];
    await seconds(duration);
    const share = (used() - before) / ((performance.now() - began) / 1000);
    const status = proc("status");
    const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1024;
    return { share, resident: megabytes("VmRSS"), own: megabytes("RssAnon") };
  }

  /** Ends it as Ctrl-C does; returns its exit code. */
  async end(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    this.child.kill("SIGINT");
    return ((await once(this.child, "exit")) as [number | null])[0];
  }
}

/** A number as the page shows it. */
export function numberOf(text: string | null): number {
  return Number((text ?? "").replaceAll(",", ""));
}

/** What a tile of the page shows, large and small. */
export async function tile(page: Page, name: string): Promise<string[]> {
  return page.locator(`#tile-${name} dd`).allTextContents();
}

const styles: Readonly<Record<string, string>> = {
  1: "font-weight:bold",
  2: "color:#5a6572",
  31: "color:#b3261e",
  33: "color:#8a5a00",
};

/** What a terminal shows, as a page; its styles are those of `status`. */
export function terminalPage(prompt: string, output: string): string {
  const [first = "", ...rest] = `$ ${prompt}\n${output}`
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .split("\u001b[");
  const styled = (code: string) => (code in styles ? `<span style="${styles[code]}">` : "</span>");
  const text = first + rest.map((part) => part.replace(/^(\d+)m/, (_, code: string) => styled(code))).join("");
  return `<body style="margin:0;display:inline-block;background:#fff"><pre style="margin:0;padding:16px 20px;
    color:#1b2129;font:14px/1.4 'DejaVu Sans Mono',monospace">${text}</pre></body>`;
}
