import { spawn } from "node:child_process";
import type { Cluster } from "../../components/contracts";
import type { Target } from "../target";
import { plain, type Handler } from "./server";

const lines = "500";

/** The command that follows the log of a container or pod. */
export function logCommand({ platform, exec }: Cluster, name: string): string[] {
  if (platform === "docker") return ["docker", "logs", "--follow", "--tail", lines, name];
  return [...exec.slice(0, exec.indexOf("exec")), "logs", "--follow", "--tail", lines, name];
}

/**
 * Streams a log for as long as the page reads it.
 *
 * @param names whose logs may be read
 */
export function logStream(cluster: Cluster, names: () => readonly string[]): Handler {
  return (url, request, response) => {
    const name = url.searchParams.get("of") ?? "";
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name) || !names().includes(name)) {
      plain(response, 404, `there is no log of ${JSON.stringify(name)}`);
      return;
    }
    const [program = "", ...args] = logCommand(cluster, name);
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" });
    for (const stream of [child.stdout, child.stderr]) stream.pipe(response, { end: false });
    child.once("error", (error) => response.write(`${error.message}\n`));
    child.once("close", () => response.end());
    request.once("close", () => child.kill());
  };
}

/** Streams what a job prints, for as long as the page reads it. */
export function jobLogStream(target: Target): Handler {
  return (url, request, response) => {
    const stop = new AbortController();
    request.once("close", () => stop.abort());
    const stream = async () => {
      const { findJob, openJobs } = await import("../jobs");
      const jobs = await openJobs(target);
      const job = await findJob(jobs, url.searchParams.get("of") ?? "");
      response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" });
      await jobs.logs(job, true, response, stop.signal);
      response.end();
    };
    stream().catch((error: unknown) => plain(response, 404, error instanceof Error ? error.message : String(error)));
  };
}
