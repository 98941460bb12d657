import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import type { Job } from "../../cli/jobs/job";
import { eventually, fails, good, type Project, type Result } from "./project";

/** What befalls a cluster, as its platform does it. */
export interface Ground {
  /** Deletes the master; whether it comes back is the platform's matter. */
  deleteMaster(): Promise<unknown>;
  /** Ends Redis at once and waits until there is one again. */
  restartRedis(): Promise<unknown>;
  killWorker(): Promise<unknown>;
  /** Runs a shell command on the master. */
  onMaster(command: string): Promise<string>;
  /** What there still is of the stack. */
  leftovers(): Promise<string[]>;
}

const scripts = {
  "long.R": `
    source("long/square.R")
    cat("begins\\n")
    x <- foreach(i = 1:70, .combine = c, .options.rcluster = list(chunk = 1)) %dopar% { Sys.sleep(1); square(i) }
    write.csv(data.frame(x), file.path(Sys.getenv("RCLUSTER_OUTPUT"), "squares.csv"), row.names = FALSE)
    cat("ends\\n")
    commandArgs(TRUE)
  `,
  "long/square.R": "square <- function(i) i^2\n",
  "endless.R": 'cat("begins\\n")\nfor (i in 1:2) foreach(i = 1:1000) %dopar% Sys.sleep(1)\n',
  "failing.R":
    'source("long/helper.R")\nwriteLines("half", file.path(Sys.getenv("RCLUSTER_OUTPUT"), "half.txt"))\nouter(-1)\n',
  "long/helper.R": 'outer <- function(x) {\n  inner(x)\n}\ninner <- function(x) {\n  stop("x is negative")\n}\n',
  "syntax.R": 'cat("never\\n")\nx <- (1 +\n  2))\n',
  "hungry.R": "x <- list()\nrepeat x[[length(x) + 1]] <- runif(5e6)\n",
  "status.R": "quit(status = 7)\n",
  "main.R":
    'globalCallingHandlers(custom = function(c) cat("heard\\n"))\nsaveRDS(1, "fit.rds")\n' +
    'main <- function() signalCondition(structure(class = c("custom", "condition"), list(message = "", call = NULL)))\n' +
    "if (sys.nframe() == 0) invisible(main())\n",
};

/** Scripts and detached jobs: the same on each platform, on a project whose cluster is up. */
export function jobs(project: Project, ground: Ground): void {
  const rcluster = (...args: string[]) => project.rcluster([args[0] ?? "", "--stack", project.stack, ...args.slice(1)]);
  const job = async (id: string) => {
    const all = JSON.parse(good(await rcluster("jobs", "--json")).stdout) as Job[];
    return all.find((each) => each.id === id);
  };
  const submit = async (...args: string[]) => good(await rcluster("submit", ...args)).stdout.trim();
  const state = async (id: string) => (await job(id))?.state;
  const reaches = (id: string, wanted: string, limit = 120) =>
    eventually(`${id} is ${wanted}`, async () => ((await state(id)) === wanted ? true : undefined), limit);
  const start = (...args: string[]) =>
    spawn("node", ["cli/rcluster.mjs", args[0] ?? "", "--stack", project.stack, ...args.slice(1)], {
      cwd: project.folder,
      env: project.environment(),
      stdio: ["ignore", "pipe", "ignore"],
    });
  const prints = (child: ReturnType<typeof start>) => new Promise((resolve) => child.stdout.once("data", resolve));

  before(() => {
    fs.mkdirSync(project.path("long"));
    for (const [name, text] of Object.entries(scripts)) fs.writeFileSync(project.path(name), text);
  });

  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    it(`run, ended half-way by ${signal}, leaves no process and no folder on the master`, async () => {
      const child = start("run", "endless.R");
      await prints(child);
      child.kill(signal);
      const code = await new Promise((resolve) => child.once("close", resolve));
      assert.equal(code, signal === "SIGINT" ? 130 : null);
      const left = "ls -d /tmp/rcluster-run.*; grep -l '[s]cript.R' /proc/[0-9]*/cmdline";
      const gone = async () => ((await ground.onMaster(`{ ${left}; } 2>/dev/null; true`)) === "" ? true : undefined);
      await eventually("all of it is gone", gone, 20);
    });
  }

  it("run ends with the script's exit code, and tells the lines of an error", async () => {
    assert.equal((await rcluster("run", "status.R")).code, 7);
    const { code, output } = await rcluster("run", "failing.R");
    assert.equal(code, 1);
    assert.match(output, /^Error in inner\(x\) : x is negative$/m);
    assert.match(output, /failing\.R:3: outer\(-1\)\n.*helper\.R:2: inner\(x\)/);
  });

  it("run takes a script that is a program, has handlers of its own and writes beside itself", async () => {
    const { stdout, output } = good(await rcluster("run", "main.R"));
    assert.equal(stdout, "heard\n");
    assert.match(output, /^rcluster: fit\.rds, and what else the script wrote beside itself, is not kept/m);
  });

  it("a job that fails keeps its logs, its error with the script's line, and what it has left", async () => {
    const id = await submit("failing.R");
    await reaches(id, "failed");
    const { reason, exitCode } = (await job(id)) ?? {};
    assert.deepEqual([reason, exitCode], ["long/helper.R:5: x is negative", 1]);
    assert.match(good(await rcluster("logs", id)).stdout, /x is negative\nAt long\/helper\.R:5/);
    refuses(await rcluster("result", id), 1, /failing-\w{4} failed: long\/helper\.R:5: x is negative; .*--partial/);
    good(await rcluster("result", id, "--partial"));
    assert.equal(fs.readFileSync(project.path(id, "half.txt"), "utf8"), "half\n");
  });

  it("a syntax error fails before anything runs, with its line", async () => {
    const id = await submit("syntax.R");
    await reaches(id, "failed");
    assert.match((await job(id))?.reason ?? "", /^syntax\.R:3: syntax error: unexpected '\)'$/);
    assert.doesNotMatch(good(await rcluster("logs", id)).stdout, /never/);
  });

  it("a job that takes all memory says so", async () => {
    const id = await submit("hungry.R");
    await reaches(id, "failed");
    assert.equal((await job(id))?.reason, "R was killed: out of memory (exit code 137)");
  });

  it("cancel and rm end what runs, the latter only when told twice", async () => {
    const id = await submit("endless.R");
    await reaches(id, "running");
    refuses(await rcluster("result", id), 1, /is still running: --partial/);
    refuses(await rcluster("rm", id), 1, /is running: .*--force/);
    good(await rcluster("cancel", id));
    assert.equal(await state(id), "cancelled");
    assert.match(good(await rcluster("logs", id)).stdout, /^begins\n/);
    good(await rcluster("rm", id));
    assert.equal(await job(id), undefined);
    for (const command of ["logs", "result", "cancel", "rm"])
      refuses(await rcluster(command, id), 4, /there is no job/);
    assert.equal(await project.r("cat(sum(unlist(foreach(i = 1:4) %dopar% i)))"), "10");
  });

  it("a job survives its client, the master, Redis and a worker, and its result is complete", async () => {
    const id = await submit("long.R", "one", "--two");
    const terminal = start("logs", "-f", id);
    assert.match(String(await prints(terminal)), /^begins/);
    terminal.kill("SIGKILL");
    await ground.deleteMaster();
    await ground.restartRedis();
    await ground.killWorker();
    assert.equal(await state(id), "running", (await rcluster("logs", id)).output);
    const { stdout } = good(await rcluster("logs", "-f", id));
    const own = stdout.replace(/^rcluster: no Redis .*\n/gm, ""); // said of a Redis that is away for long
    assert.match(own, /^begins\n(rcluster: \d+ done, \d+ sent, \d+ s\n)+ends\n\[1\] "one" {3}"--two"\n$/);
    await reaches(id, "done");
    assert.match(
      good(await rcluster("result", id, "--to", "fetched")).stdout,
      /fetched\/result\.rds\nfetched\/squares\.csv/,
    );
    const squares = Array.from({ length: 70 }, (_, index) => (index + 1) ** 2);
    assert.equal(fs.readFileSync(project.path("fetched", "squares.csv"), "utf8"), `"x"\n${squares.join("\n")}\n`);
    assert.equal((await job(id))?.fetched, true);
  });

  it("destroy while a job runs leaves nothing", async () => {
    await project.up(["--refresh"]); // what was deleted is back
    const id = await submit("endless.R");
    await reaches(id, "running");
    await project.destroy();
    const nothing = async () => ((await ground.leftovers()).length === 0 ? true : undefined);
    await eventually("nothing is left", nothing, 60).catch(async () => assert.deepEqual(await ground.leftovers(), []));
  });
}

function refuses(result: Result, code: number, line: RegExp): void {
  fails(result, code, line);
  assert.equal(result.output.trim().split("\n").length, 1, result.output);
}
