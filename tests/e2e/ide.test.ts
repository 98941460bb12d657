import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { login, type Session } from "./ide/jupyter";
import { useInBrowser } from "./ide/browser";
import { rstudio } from "./ide/rstudio";
import { command, docker, eventually, Project } from "./project";

describe("an IDE on Docker", () => {
  const project = new Project();
  const data = project.path("files");
  const master = `rmaster-${project.stack}`;
  const workers = [1, 2].map((index) => `rworker-${project.stack}-${index}`);
  let url = "";
  let password = "";
  let session: Session;

  before(async () => {
    fs.mkdirSync(data, { mode: 0o755 });
    fs.chownSync(data, 4242, 4242); // whom the image does not know
    await project.create({ workers: "2", "master.dataDir": data });
    await project.up();
  });
  after(() => project.remove());

  it("comes and leaves Redis and the workers as they are", async () => {
    const before = await project.containers();
    await project.set({ ide: "jupyter" });
    await project.up();
    const now = await project.containers();
    for (const [name, id] of before) {
      if (name === master) assert.notEqual(now.get(name), id);
      else assert.equal(now.get(name), id, name);
    }
    const { ide } = await project.cluster();
    url = JSON.parse(await project.output("ideUrl")) as string;
    password = JSON.parse(await project.output("idePassword")) as string;
    assert.deepEqual(ide, { kind: "jupyter", port: Number(new URL(url).port), containerPort: 8888 });
    assert.ok(password.length >= 32);
    assert.match((await project.up()).output, /Resources:\s+\d+ unchanged\s/);
  });

  it("lets nobody in without the password, or by another host name", async () => {
    await eventually("JupyterLab answers", async () => (await fetch(`${url}/api`).catch(() => undefined)) && true, 60);
    assert.equal((await fetch(`${url}/api/kernels`)).status, 403);
    assert.equal((await login(url, "guess")).status, 401);
    assert.equal((await login(url, "")).status, 401);
    const rebound = await command("curl", ["--silent", "--header", "Host: elsewhere.example", `${url}/api`]);
    assert.match(rebound.stdout, /Forbidden/);
    session = (await login(url, password)).session as Session;
    assert.ok(session, "the password is accepted");
  });

  it("runs foreach on the workers in its first cell", async () => {
    const shown = await session.run(
      `x <- foreach(i = 1:40) %dopar% { Sys.sleep(0.02); Sys.info()[["nodename"]] }
       cat(sort(unique(unlist(x))))`,
    );
    assert.equal(shown, workers.join(" "));
  });

  it("shows values and plots, and errors of workers", async () => {
    assert.equal(await session.run("foreach(i = 1:3, .combine = c) %dopar% i^2"), "[1] 1 4 9");
    assert.match(await session.run("plot(1:3)"), /Plot with title|plot without title/);
    assert.match(await session.run("foreach(i = 1) %dopar% stop('no such luck')"), /no such luck/);
  });

  it("works in /data, as the folder's owner, and offers R alone", async () => {
    await session.run("writeLines('hello', 'note.txt')");
    assert.equal(fs.statSync(`${data}/note.txt`).uid, 4242);
    const { content } = (await session.get("/api/contents")) as { content: { name: string }[] };
    assert.ok(content.some(({ name }) => name === "note.txt"));
    const { kernelspecs } = (await session.get("/api/kernelspecs")) as { kernelspecs: object };
    assert.deepEqual(Object.keys(kernelspecs), ["ir"]);
  });

  it("keeps the password out of docker inspect, logs, process lists, state and output", async () => {
    for (const name of (await project.containers()).keys()) {
      assert.ok(!(await docker("inspect", name)).includes(password), name);
      assert.ok(!(await command("docker", ["logs", name])).output.includes(password), name);
      assert.ok(!(await docker("top", name)).includes(password), name);
    }
    assert.equal(await docker("exec", master, "stat", "-c", "%a %u", "/run/secrets/ide-password"), "400 4242");
    assert.equal((await command("grep", ["-rl", password, project.path(".rcluster", "state")])).output, "");
    assert.match((await project.pulumi(["stack", "output"])).output, /idePassword\s+\[secret\]/);
  });

  it("listens on loopback only, without root and without capabilities", async () => {
    const bindings = JSON.parse(await docker("inspect", "-f", "{{json .HostConfig.PortBindings}}", master)) as object;
    assert.deepEqual(bindings, { "8888/tcp": [{ HostIp: "127.0.0.1", HostPort: new URL(url).port }] });
    const status = await docker(
      "exec",
      master,
      "sh",
      "-c",
      "cat $(grep -l jupyter-lab /proc/*/cmdline | head -1 | xargs dirname)/status",
    );
    assert.match(status, /^Uid:\s+4242\s/m);
    assert.match(status, /^CapEff:\s+0+$/m);
  });

  it("comes back when it dies, and R with it", async () => {
    const kill = "grep -lz '^/usr/bin/jupyter-lab$' /proc/[0-9]*/cmdline | cut -d/ -f3 | xargs kill -9";
    await docker("exec", master, "sh", "-c", kill);
    const back = async () => (await login(url, password).catch(() => undefined))?.session;
    session = await eventually("JupyterLab is back", back, 60);
    assert.equal(await session.run("cat(sum(unlist(foreach(i = 1:4) %dopar% i)))"), "10");
    assert.match(
      (await command("docker", ["logs", master])).output,
      /^rcluster-ide: jupyter ended with 137, starts again$/m,
    );
  });

  useInBrowser(project);
  rstudio(project);

  it("goes again", async () => {
    await project.unset("ide", "rstudio");
    await project.up();
    assert.equal((await project.cluster()).ide, undefined);
    const { code, output } = await project.rcluster(["ide"]);
    assert.equal(code, 1);
    assert.match(output, /^rcluster: stack e2e-\w+ has no IDE: '.*config set ide jupyter.*'/);
  });
});
