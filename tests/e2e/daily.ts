import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { eventually, fails, good, type Project, seconds } from "./project";

interface Status {
  readonly waiting: number;
  readonly running: number;
  readonly workers: readonly { readonly worker: string; readonly state: string }[];
}

interface Job {
  readonly id: string;
  readonly state: string;
}

// Each iteration says where it ran; the value is known, so that a lost or doubled one shows.
const scripts = {
  "hello.R":
    "source('helper.R')\ncat('args', commandArgs(TRUE), '\\n')\nprint(twice(foreach(i = 1:4, .combine = sum) %dopar% i))\nquit(status = 3)\n",
  "helper.R": "twice <- function(x) 2 * x\n",
  "slow.R": `
    cat("begins\\n")
    squares <- foreach(i = 1:80, .combine = c) %dopar% { Sys.sleep(1); i^2 }
    write.csv(data.frame(square = squares), file.path(Sys.getenv("RCLUSTER_OUTPUT"), "squares.csv"), row.names = FALSE)
    cat("ends\\n")
    sum(squares)
  `,
  "endless.R": "foreach(i = 1:1000) %dopar% Sys.sleep(1)\n",
  "broken.R": "x <- 1\ny <- (x +\n",
  "console.R": "lines <- readLines(stdin())\ncat(length(lines), 'lines\\n')\nstop('no more')\n",
};

/**
 * A user's day, by `rcluster` alone: the same on each platform.
 *
 * @param init what to tell `rcluster init` besides the stack's name
 * @param settle further settings, such as small pods
 */
export function daily(project: Project, init: () => readonly string[], settle: () => Promise<void>): void {
  const rcluster = (...args: string[]) => project.rcluster(args);
  const json = async <T>(...args: string[]) => JSON.parse(good(await rcluster(...args, "--json")).stdout) as T;
  const status = () => json<Status>("status");
  const state = async (id: string) => (await json<Job[]>("jobs")).find((job) => job.id === id)?.state;
  const ids = { slow: "", endless: "" };

  before(() => {
    for (const [name, text] of Object.entries(scripts)) fs.writeFileSync(project.path(name), text);
  });
  after(() => project.remove());

  it("init makes a stack of what it is told, and selects it", async () => {
    good(await rcluster("init", project.stack, ...init(), "--workers", "2", "--yes"));
    await settle();
    fails(await rcluster("status"), 3, /^rcluster: stack \S+ is not up: 'rcluster up --stack \S+' makes its cluster$/);
  });

  it("up makes the cluster", async () => {
    assert.match(good(await rcluster("up", "--yes")).stdout, new RegExp(`Stack ${project.stack} is up with 2 workers`));
  });

  it("run shows what a script and what it sources print, and ends with its exit code", async () => {
    const { code, stdout } = await rcluster("run", "hello.R", "a", "--b");
    assert.equal(code, 3);
    assert.match(stdout, /^args a --b \n\[1\] 20$/m);
  });

  it("submit returns an id, and the job outlives the terminal that followed it", async () => {
    ids.slow = good(await rcluster("submit", "slow.R")).stdout.trim();
    const terminal = spawn("script", ["-qefc", `node cli/rcluster.mjs logs -f ${ids.slow}`, "/dev/null"], {
      cwd: project.folder,
      env: project.environment(),
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    await new Promise((resolve) => terminal.stdout.once("data", resolve));
    process.kill(-(terminal.pid ?? 0), "SIGHUP");
    assert.equal(await state(ids.slow), "running");
  });

  it("status tells of workers and tasks, in 80 columns and as JSON", async () => {
    const { workers, running } = await eventually("tasks run", async () => {
      const now = await status();
      return now.running === 2 ? now : undefined;
    });
    assert.equal(workers.length, 2);
    assert.equal(running, 2);
    const { stdout } = good(await rcluster("status"));
    assert.match(stdout, /running/);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("scale gives the job more workers while it runs", async () => {
    assert.match(good(await rcluster("scale", "3", "--yes")).stdout, /is up with 3 workers/);
    assert.equal(await state(ids.slow), "running");
    await eventually("three run", async () => ((await status()).running === 3 ? true : undefined), 60);
  });

  it("cancel stops another job, and its tasks leave the queue", async () => {
    ids.endless = good(await rcluster("submit", "endless.R")).stdout.trim();
    await eventually("it has tasks", async () => ((await status()).waiting > 100 ? true : undefined), 60);
    good(await rcluster("cancel", ids.endless));
    assert.equal(await state(ids.endless), "cancelled");
    await eventually("they are gone", async () => ((await status()).waiting < 100 ? true : undefined), 60);
  });

  it("logs -f shows all of a job's output and ends with it", async () => {
    const { stdout } = good(await rcluster("logs", "-f", ids.slow));
    assert.match(stdout, /^begins\n(.*\n)*ends\n/);
    assert.equal(await state(ids.slow), "done");
  });

  it("result fetches what the script left and its last value, complete", async () => {
    good(await rcluster("result", ids.slow, "--to", "fetched"));
    const squares = Array.from({ length: 80 }, (_, index) => (index + 1) ** 2);
    assert.equal(fs.readFileSync(project.path("fetched", "squares.csv"), "utf8"), `"square"\n${squares.join("\n")}\n`);
    good(await rcluster("cp", "fetched/result.rds", ":"));
    fs.writeFileSync(project.path("read.R"), "cat(readRDS('/data/result.rds'))\n");
    assert.equal(good(await rcluster("run", "read.R")).stdout.trim(), "173880");
  });

  it("cp brings back what it took there", async () => {
    good(await rcluster("cp", "hello.R", "helper.R", ":scripts/"));
    good(await rcluster("cp", ":scripts/", "back/"));
    assert.equal(fs.readFileSync(project.path("back/scripts/helper.R"), "utf8"), scripts["helper.R"]);
    fails(await rcluster("cp", ":none", "."), 4, /^rcluster: there is no \/data\/none on the master$/);
  });

  it("env and connect let an R of this machine join", async () => {
    const { REDIS_URL } = await json<{ REDIS_URL: string }>("env");
    assert.match(REDIS_URL, /^redis:\/\/:[^@]{32,}@127\.0\.0\.1:\d+$/);
    const { stdout } = good(await rcluster("env"));
    assert.ok(stdout.startsWith(`export REDIS_URL=${REDIS_URL}\n`));
  });

  it("what cannot be done is one line and an exit code", async () => {
    const unknown = /^rcluster: there is no stack nope: 'rcluster init nope' makes it$/;
    for (const words of [
      "status",
      "shell",
      "env",
      "jobs",
      "run hello.R",
      "submit hello.R",
      "cp hello.R :",
      "scale 2",
      "down --yes",
    ]) {
      fails(
        await rcluster(...words.split(" ").slice(0, 1), "--stack", "nope", ...words.split(" ").slice(1)),
        3,
        unknown,
      );
    }
    for (const command of ["logs", "result", "cancel", "rm"]) {
      fails(await rcluster(command, "nope-0000"), 4, /^rcluster: .*nope-0000/);
    }
    fails(await rcluster("run", "none.R"), 4, /^rcluster: there is no none\.R$/);
    fails(
      await rcluster("scale", "many"),
      2,
      /^rcluster: .*'many' is invalid.* Allowed: a whole number from 0, or auto\.$/,
    );
    fails(await rcluster("moon"), 2, /^rcluster: unknown command 'moon'/);
    const { code, output } = await rcluster("run", "broken.R");
    assert.equal(code, 1);
    assert.match(output, /broken\.R:[23]/);
    const own = await rcluster("run", "console.R");
    assert.equal(own.code, 1, own.output);
    assert.match(own.output, /^0 lines\n[^]*At console\.R:3/);
  });

  it("down ends it, leaves nothing, and a second one does no harm", async () => {
    fails(await rcluster("down"), 2, /--yes/);
    good(await rcluster("submit", "endless.R"));
    good(await rcluster("down", "--yes"));
    assert.deepEqual(
      await eventually("nothing left", async () => {
        const left = await project.leftovers();
        return left.length === 0 ? left : undefined;
      }),
      [],
    );
    await seconds(0.5);
    good(await rcluster("down", "--yes"));
  });
}
