import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { login, type Session } from "./ide/jupyter";
import { KubernetesProject } from "./kubernetes/project";
import { eventually } from "./project";

describe("an IDE on Kubernetes", () => {
  const project = new KubernetesProject();
  let running: ChildProcess | undefined;
  let session: Session;
  let password = "";

  before(async () => {
    await project.create({ ide: "jupyter" });
    await project.up();
    password = JSON.parse(await project.output("idePassword")) as string;
  });
  after(async () => {
    running?.kill("SIGKILL");
    await project.remove();
  });

  it("is reached by rcluster ide, over a port-forward that it keeps", async () => {
    running = spawn("node", ["cli/rcluster.mjs", "ide", "--json"], {
      cwd: project.folder,
      env: project.environment(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said = await Promise.race([once(running.stdout as NodeJS.ReadableStream, "data"), once(running, "exit")]);
    const shown = JSON.parse(String(said[0])) as { url: string; password: string };
    assert.equal(shown.password, password);
    assert.match(shown.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await login(shown.url, "guess")).status, 401);
    session = (await login(shown.url, password)).session as Session;
    assert.ok(session, "the password is accepted");
  });

  it("runs foreach on the workers in its first cell", async () => {
    const shown = await session.run(
      `x <- foreach(i = 1:40) %dopar% { Sys.sleep(0.05); Sys.info()[["nodename"]] }
       cat(sort(unique(unlist(x))))`,
    );
    assert.equal(shown, (await project.podNames("worker")).join(" "));
    await session.run("writeLines('hello', 'note.txt')");
    assert.equal(await project.r("cat(readLines('/data/note.txt'))"), "hello");
  });

  it("has no Service, listens in the pod alone, and its image is the master's only", async () => {
    assert.equal(await project.kubectl("get", "services", "--output", "name"), "service/redis");
    const listening = await project.kubectl("exec", "rmaster-0", "--", "grep", "-h", ":22B8 .* 0A ", "/proc/net/tcp");
    assert.match(listening, /^\s*\d+: 0100007F:22B8 /);
    const imageOf = async (component: string) => (await project.pods(component))[0]?.spec?.containers[0]?.image;
    const { image } = await project.cluster();
    assert.equal(await imageOf("worker"), image);
    assert.notEqual(await imageOf("master"), image);
  });

  it("keeps the password out of pods, logs and process lists", async () => {
    const objects = await project.kubectl("get", "pods,statefulsets,configmaps", "--output", "yaml");
    assert.ok(!objects.includes(password));
    assert.ok(!(await project.kubectl("logs", "rmaster-0")).includes(password));
    const processes = await project.kubectl(
      "exec",
      "rmaster-0",
      "--",
      "sh",
      "-c",
      "cat /proc/*/cmdline /proc/*/environ",
    );
    assert.ok(!processes.includes(password));
  });

  it("changes nothing on a second up, nor after a refresh", () => project.settled());

  it("ends at Ctrl-C, and the way to it", async () => {
    assert.ok(running);
    running.kill("SIGINT");
    assert.deepEqual(await once(running, "exit"), [0, null]);
    await eventually(
      "the port is closed",
      async () => (await fetch(session.url).catch(() => undefined)) === undefined || undefined,
    );
  });
});
