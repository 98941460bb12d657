import * as assert from "node:assert/strict";
import * as net from "node:net";
import { docker, Project } from "./project";

describe("what goes wrong", () => {
  const project = new Project();
  before(() => project.create({ workers: "0" }));
  after(() => project.remove());
  afterEach(async () => {
    assert.deepEqual(await project.leftovers(), [], "something was made");
  });

  const cases: [Record<string, string>, RegExp][] = [
    [{ workers: "-1" }, /^error: config workers: "-1" is not allowed; allowed: a whole number from 0, or auto$/],
    [{ workers: "1.5" }, /^error: config workers: "1\.5" is not allowed/],
    [{ workers: "many" }, /^error: config workers: "many" is not allowed/],
    [{ platform: "moon" }, /^error: config platform: "moon" is not allowed; allowed: docker, kubernetes, eks$/],
    [{ "worker.memory": "lots" }, /^error: config worker\.memory: "lots" is not allowed; allowed: a size/],
    [{ "worker.cpus": "4096" }, /^error: config worker\.cpus: 4096 is not allowed; allowed: at most the \d+ cores/],
    [{ "master.dataDir": "no/such/folder" }, /^error: config master\.dataDir: "no\/such\/folder" is not allowed/],
    [{ wrokers: "2" }, /^error: config wrokers: there is no such key; allowed: platform, /],
  ];
  for (const [config, message] of cases) {
    it(`one line for ${Object.entries(config).flat().join(" = ")}`, async () => {
      const lines = await project.problem(config);
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", message);
    });
  }

  it("one line for Docker not running", async () => {
    const lines = await project.problem({}, { DOCKER_HOST: "unix:///nowhere/docker.sock" });
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^error: Docker is not running, or cannot be used: .*nowhere/);
    const start = await project.npm("start", [project.stack], { env: { DOCKER_HOST: "unix:///nowhere/docker.sock" } });
    assert.notEqual(start.code, 0);
    assert.match(start.output.trim(), /^Docker is not running, or cannot be used: [^\n]*$/);
  });

  it("one line for a port that somebody else uses, program or container", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as net.AddressInfo;
    const byProgram = await project.problem({ "redis.port": String(port) });
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(byProgram, [
      `error: config redis.port: port ${port} is in use by another program; allowed: a free port`,
    ]);

    const other = `other-${project.stack}`;
    await docker("run", "-d", "--rm", "--name", other, "-p", `127.0.0.1:${port}:6379`, "redis:8");
    const byContainer = await project.problem({ "redis.port": String(port) });
    await docker("rm", "-f", other);
    assert.deepEqual(byContainer, [
      `error: config redis.port: port ${port} is in use by the container ${other}; allowed: a free port`,
    ]);
  });

  it("one line for a container that has the name already", async () => {
    const name = `rmaster-${project.stack}`;
    await docker("run", "-d", "--rm", "--name", name, "redis:8");
    const lines = await project.problem({});
    await docker("rm", "-f", name);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^error: a container named rmaster-\S+ exists and is not of this stack/);
  });
});

describe("two stacks on one machine", () => {
  const projects = [new Project(), new Project()];
  after(() => Promise.all(projects.map((project) => project.remove())));

  it("coexist, each with a queue, a network and a port of its own", async () => {
    for (const project of projects) {
      await project.create({ workers: "1" });
      await project.up();
    }
    const hosts = await Promise.all(
      projects.map((project) => project.r('cat(foreach(i=1, .combine=c) %dopar% Sys.info()[["nodename"]])')),
    );
    assert.deepEqual(
      hosts,
      projects.map(({ stack }) => `rworker-${stack}-1`),
    );
  });

  it("one destroyed leaves the other alone", async () => {
    const [first, second] = projects;
    assert.ok(first && second);
    const before = await second.containers();
    assert.equal((await first.pulumi(["destroy", "--yes", "--skip-preview"])).code, 0);
    assert.deepEqual(await first.leftovers(), []);
    assert.deepEqual(await second.containers(), before);
  });
});
