import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import { isDeepStrictEqual } from "node:util";
import type { Browser, Page } from "playwright-core";
import { openBrowser, picture } from "./browser";
import { withRedis } from "./client";
import { command, docker, eventually, Project, seconds } from "./project";
import { Dashboard, numberOf, terminalPage, tile } from "./ui/dashboard";
import { PretendedQueue } from "./ui/pretend";

/** What `cluster_json()` in R says. */
interface Truth {
  readonly waiting: number;
  readonly running: number;
  readonly failed: number;
  readonly workers: readonly { readonly host: string; readonly state: string }[];
  readonly jobs: readonly { readonly done: number | null; readonly total: number | null }[];
  readonly failures: readonly { readonly iteration: number; readonly message: string; readonly calls: string }[];
}

const busy = `
  fit <- function(x) if (x == 23) stop("system is computationally singular") else Sys.sleep(runif(1, 0.5, 3))
  study <- function(i) fit(i)
  invisible(foreach(i = 1:60, .errorhandling = "pass") %dopar% study(i))`;
const short = 'invisible(foreach(i = 1:1500, .combine = "+") %dopar% { Sys.sleep(0.02); i })';

// One cluster, idle, busy, with failures and in trouble, as the commands show it.
describe("what goes on in a cluster", () => {
  const project = new Project(process.env.RCLUSTER_PICTURES && "study"); // a name for people to see
  const worker = (index: number) => `rworker-${project.stack}-${index}`;
  const errors: string[] = [];
  const ends: (() => Promise<unknown>)[] = [() => project.remove()];
  let browser: Browser;
  let dashboard: Dashboard;
  let page: Page;

  before(async () => {
    await project.create({ workers: "2" });
    await project.up();
    dashboard = await Dashboard.start(project);
    ends.unshift(() => dashboard.end());
    browser = await openBrowser();
    ends.unshift(() => browser.close());
    page = await browser.newPage({ viewport: { width: 1180, height: 900 }, colorScheme: "light" });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(dashboard.address);
  });
  after(async () => {
    for (const end of ends) await end();
  });

  const truth = async () => JSON.parse(await project.r("cat(rcluster::cluster_json())")) as Truth;
  const start = (code: string) => docker("exec", "--detach", `rmaster-${project.stack}`, "Rscript", "-e", code);
  const shows = (selector: string, text: RegExp, limit = 30) =>
    eventually(`${selector}: ${text}`, async () => {
      const found = (await page.locator(selector).allTextContents()).join("\n");
      return text.test(found) ? found : undefined;
    }, limit); // prettier-ignore
  const tileShows = (name: string, ...wanted: string[]) =>
    eventually(`the tile ${name}: ${wanted.join(", ")}`, async () =>
      isDeepStrictEqual(await tile(page, name), wanted) ? true : undefined,
    );

  it("is shown to nobody without the token, and to no other site", async () => {
    const { port, pathname, search, host } = new URL(dashboard.address);
    const ask = (path: string, headers: Record<string, string>) =>
      new Promise<http.IncomingMessage>((resolve) => http.get({ port, path, headers }, resolve));
    assert.equal((await ask("/", { host })).statusCode, 403);
    assert.equal((await ask("/events", { host, cookie: `rcluster-${port}=wrong` })).statusCode, 403);
    assert.equal((await ask(pathname + search, { host: "example.org" })).statusCode, 403);
    const [cookie = ""] = (await ask(pathname + search, { host })).headers["set-cookie"] ?? [];
    assert.match(cookie, /; HttpOnly; SameSite=Strict/);
    const login = { host, cookie: cookie.split(";")[0] ?? "" };
    const answer = await ask("/", login);
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers["access-control-allow-origin"], undefined);
    assert.equal((await ask("/", { ...login, "sec-fetch-site": "cross-site" })).statusCode, 403);
    assert.equal((await ask("/../package.json", login)).statusCode, 404);
    assert.equal((await ask("/log?of=--help", login)).statusCode, 404);
    assert.doesNotMatch(page.url(), /token/);
  });

  it("says so where nothing goes on", async () => {
    await shows("#live", /^live$/);
    await shows("#loops", /Idle: no loop runs/);
    await shows("#failures", /None/);
    await tileShows("workers", "2 of 2", "0 busy");
    await tileShows("waiting", "0", "tasks");
    assert.match((await page.title()), new RegExp(project.stack)); // prettier-ignore
    const { workers, waiting, running } = await truth();
    assert.deepEqual([workers.map(({ host }) => host).sort(), waiting, running], [[worker(1), worker(2)], 0, 0]);
    await seconds(5);
    await picture(page, "dashboard-idle");
    const text = (await project.rcluster(["status", "--stack", project.stack])).stdout;
    assert.match(text, /^workers +2 live of 2 wanted, 0 busy$/m);
    assert.match(text, /^end +no loop runs$/m);
  });

  it("is what the queue says, while loops run", async () => {
    await start(busy);
    await seconds(3);
    await start(short);
    await eventually("a moment at which page, status and R agree", async () => {
      const [found, text] = [await truth(), (await project.rcluster(["status", "--json", "--stack", project.stack])).stdout];
      const status = JSON.parse(text) as Truth;
      const [waiting] = await tile(page, "waiting");
      const [running] = await tile(page, "running");
      const near = (a: number, b: number) => Math.abs(a - b) <= 60; // they look one after the other
      return found.jobs.length === 2 && near(numberOf(waiting ?? ""), found.waiting) && near(status.waiting, found.waiting) &&
        numberOf(running ?? "") === found.running && status.running === found.running
        ? true
        : undefined;
    }, 60); // prettier-ignore
    await tileShows("workers", "2 of 2", "2 busy");
    await shows("#loops", /of 60.*of 1,500/s);
    const label = await page.locator("#timeline .rows canvas").getAttribute("aria-label");
    assert.match(label ?? "", /^What 2 workers did over time; 2 work now$/);
    await seconds(20);
    await picture(page, "dashboard-busy");
    const { stdout } = await project.rcluster(["status", "--stack", project.stack]);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
    const coloured = await project.rcluster(["status", "--stack", project.stack], { env: { FORCE_COLOR: "1" } });
    if (process.env.RCLUSTER_PICTURES) {
      const terminal = await browser.newPage({ viewport: { width: 760, height: 300 } });
      await terminal.setContent(terminalPage("npx rcluster status", coloured.stdout));
      await terminal.locator("body").screenshot({ path: `${process.env.RCLUSTER_PICTURES}/status.png` });
      await terminal.close();
    }
  });

  it("tells what failed, with the calls that led there, also after the loop's end", async () => {
    await shows("#failures", /iteration 23/, 90);
    const failure = page.locator("#failures details").first();
    await failure.locator("summary").focus();
    await page.keyboard.press("Enter");
    const text = (await failure.textContent()) ?? "";
    assert.match(text, /Error in fit\(i\): system is computationally singular/);
    const [found] = (await truth()).failures;
    assert.ok(found);
    assert.deepEqual(await failure.locator(".calls code").allTextContents(), found.calls.split("\n"));
    assert.equal(found.calls.split("\n")[0], "study(i)");
    await tileShows("failed", "1", "iterations");
    await picture(page, "dashboard-failed");
    await shows("#loops", /over at .*over at /s, 120);
    await shows("#loops", /reached \d+ of 60/);
    assert.equal(await failure.getAttribute("open"), "", "stays open");
    assert.match(
      (await project.rcluster(["status", "--stack", project.stack])).stdout,
      /Last failures\n.*\n.* 23 {2}\S+ +system is computationally/,
    );
  });

  it("can be used by the keyboard alone", async () => {
    await page.locator("body").click({ position: { x: 1, y: 1 } });
    await page.evaluate("document.activeElement.blur()");
    const reached = new Set<string>();
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate<string>("document.activeElement.className || document.activeElement.tagName"));
    }
    for (const kind of ["skip", "INPUT", "CANVAS", "SUMMARY", "SELECT", "open"]) {
      assert.ok(reached.has(kind), `${kind} of ${[...reached].join()}`);
    }
    await page.locator("#timeline .rows canvas").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await shows("#timeline-said", new RegExp(`^${worker(2)} \\(workers\\), idle, `));
    await page.keyboard.press("Enter");
    const log = page.locator("#log pre");
    await eventually("the log", async () => ((await log.isVisible()) ? true : undefined));
    assert.equal(await log.getAttribute("aria-label"), `Log of ${worker(2)}`);
    const redis = `redis-${project.stack}`;
    await page.locator("#log select").press("End");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await eventually("the whole log", async () => {
      const { output } = await command("docker", ["logs", redis]);
      return (await log.textContent())?.trim() === output.trim() ? true : undefined;
    });
    await page.locator("#log .close").press("Enter");
    assert.equal(await log.isVisible(), false);
  });

  it("shows detached jobs and what they print", async () => {
    fs.writeFileSync(project.path("study.R"), "cat('the mean is', mean(foreach(i = 1:3, .combine = c) %dopar% i))");
    const submitted = await project.rcluster(["submit", "study.R", "--stack", project.stack]);
    assert.equal(submitted.code, 0, submitted.output);
    await shows("#jobs", /study-\w+study\.Rdone/, 60);
    await page.locator("#jobs button").click();
    await shows("#log pre", /the mean is 2/);
    await page.locator("#log .close").click();
    const { stdout } = await project.rcluster(["status", "--stack", project.stack]);
    assert.match(stdout, /^jobs +1 done$/m);
  });

  it("says what is in the way of workers, and that there are none", async () => {
    await docker("stop", worker(1), worker(2));
    await shows("#troubles", new RegExp(`${worker(1)} exited`), 40);
    await shows("#no-workers", /No workers\./);
    assert.match(
      (await project.rcluster(["status", "--stack", project.stack])).stdout,
      new RegExp(`In the way\\n {2}${worker(1)}: exited, exit code 0`),
    );
    await docker("start", worker(1), worker(2));
    await shows("#tile-workers", /2 of 2/, 60);
    await eventually("all is well again", async () =>
      (await page.locator("#troubles").isVisible()) ? undefined : true,
    );
  });

  it("goes on by itself after Redis was away", async () => {
    await docker("stop", `redis-${project.stack}`);
    await shows("#banner", /Redis does not answer.*as of \d\d:/, 30);
    await docker("start", `redis-${project.stack}`);
    await shows("#live", /^live$/, 60);
    await shows("#tile-workers", /2 of 2/, 60);
    assert.equal(await page.locator("#banner").isVisible(), false);
  });

  it("is shown again and again by status --watch, until Ctrl-C", async () => {
    const line = `stty rows 40 cols 80; exec node cli/rcluster.mjs status --watch --stack ${project.stack}`;
    const script = `{ sleep 9; printf '\\003'; sleep 3; } | script --quiet --return --command '${line}' /dev/null`;
    const options = { cwd: project.folder, env: project.environment() };
    const { code, output } = await command("sh", ["-c", script], options);
    assert.equal(code, 0, output);
    assert.ok((output.match(/2 live of 2 wanted/g) ?? []).length >= 2, output);
    assert.match(output, /\[\?1049l.*\[\?25h/); // the terminal is as before
    const json = `timeout --preserve-status --signal INT 9 node cli/rcluster.mjs status --watch --json --stack ${project.stack}`;
    const { stdout } = await command("sh", ["-c", json], options);
    const lines = stdout.trim().split("\n").map((text) => (JSON.parse(text) as Truth).workers.length); // prettier-ignore
    assert.ok(lines.length >= 2 && lines.every((number) => number === 2), stdout);
  });

  it("is told by status within a second while 10,000 tasks wait", async () => {
    await withRedis(await project.redisUrl(), async (redis) => {
      await new PretendedQueue(redis, "many", { workers: 500, tasks: 10_000, loops: 10 }).fill();
      const status = `time node cli/rcluster.mjs status --queue many --stack ${project.stack} >/dev/null`;
      const options = { cwd: project.folder, env: { ...project.environment(), TIMEFORMAT: "%R %U %S" } };
      const times: { readonly real: number; readonly cpu: number }[] = [];
      for (let i = 0; i < 5; i++) {
        const { output } = await command("bash", ["-c", status], options);
        const [real = 0, user = 0, system = 0] = output.split(" ").map(Number);
        times.push({ real, cpu: user + system });
      }
      const least = (what: "real" | "cpu") => Math.min(...times.map((time) => time[what]));
      console.log(`      ${least("real")} s, ${least("cpu").toFixed(2)} s of a core`);
      assert.ok(least("cpu") < 1, "status takes more than a second where a core is free");
    });
  });

  it("costs the dashboard little with 500 busy workers and a million tasks", async () => {
    await withRedis(await project.redisUrl(), async (redis) => {
      const large = new PretendedQueue(redis, "large", { workers: 500, tasks: 1_000_000, loops: 6 });
      await large.fill();
      const working = setInterval(() => void large.live().catch(() => undefined), 1000);
      const other = await Dashboard.start(project, "--queue", "large");
      try {
        await page.goto(other.address);
        await shows("#tile-workers", /500/);
        await tileShows("waiting", "1,000,000", "tasks");
        await page.locator("#worker-list summary").click();
        await seconds(10); // until it runs evenly
        const watched = await other.usageOver(30);
        console.log(
          `      the command: ${(100 * watched.share).toFixed(1)} % of a core, ${watched.own.toFixed(0)} MB of its own, ${watched.resident.toFixed(0)} MB resident`,
        );
        assert.ok(watched.share < 0.05, `${watched.share} of a core`);
        assert.ok(watched.own < 50, `${watched.own} MB`);
        assert.equal(await page.locator("#worker-list tbody tr").count(), 500);
        await shows("#pools", /big: 100, 100 busy.*small: 400, 400 busy/);
        await page.locator("#worker-list summary").click();
        await page.goto("about:blank");
        await seconds(3);
        const idle = await other.usageOver(10);
        assert.ok(idle.share < 0.01, `with nobody looking: ${idle.share} of a core`);
      } finally {
        clearInterval(working);
        assert.equal(await other.end(), 0);
      }
    });
  });

  it("and nothing went wrong in the page", async () => {
    assert.equal(await dashboard.end(), 0);
    assert.deepEqual(errors.filter((text) => !/ERR_|Failed to load/.test(text)), []); // prettier-ignore
  });
});
