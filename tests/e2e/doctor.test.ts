import * as assert from "node:assert/strict";
import { buildExporter } from "../metrics/image";
import { examined } from "./examined";
import { command, docker, eventually, Project } from "./project";

describe("rcluster doctor", () => {
  const project = new Project();
  const exporter = `rcluster-e2e-exporter:${project.stack}`;
  const worker = `rworker-${project.stack}-2`;

  before(async () => {
    await project.create({ workers: "2", "metrics.enabled": "true", "metrics.image": await buildExporter(exporter) });
  });
  after(async () => {
    await project.remove();
    await command("docker", ["image", "rm", exporter]);
  });

  it("finds nothing wrong with a machine and a stack that is not up yet", async () => {
    const { findings, wrong, said } = await examined(project);
    assert.deepEqual(wrong, []);
    assert.match(said("Cluster")[0]?.what ?? "", /^not up: 'rcluster up --stack/);
    const checks = new Set(findings.map(({ check }) => check));
    for (const name of ["Node.js", "Docker", "Pulumi", "Stack", "Settings", "Names, ports"])
      assert.ok(checks.has(name));
  });

  it("finds nothing wrong with a cluster that is up, changes nothing, and fits 80 columns", async () => {
    await project.up();
    const before = await project.containers();
    const { wrong, said } = await eventually("all workers are alive", async () => {
      const seen = await examined(project);
      return seen.said("Workers")[0]?.verdict === "ok" ? seen : undefined;
    });
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      ["Cluster", "Image", "Workers", "Metrics"].map((check) => said(check)[0]?.what),
      ["6 containers run", "the same on master and workers", "2 of 2 workers are alive", await metricsUrl()],
    );
    assert.match(said("Redis")[0]?.what ?? "", /^\d[\d.]+ answers, \d+ % of its memory in use$/);
    assert.deepEqual(await project.containers(), before);

    const { code, stdout, seconds } = await project.rcluster(["doctor", "--timeout", "60", "--stack", project.stack]);
    console.log(`      doctor on a cluster that is up: ${seconds} s`);
    assert.equal(code, 0);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80 || !line.trim().includes(" "), line);
    assert.match(stdout, /(All is well|Nothing is wrong; \d warnings?)\.\n$/);
  });

  const metricsUrl = async () => JSON.parse(await project.output("metricsUrl")) as string;

  it("names a worker that is stopped, and a command that mends it", async () => {
    await docker("stop", worker);
    const { wrong } = await examined(project);
    assert.deepEqual(
      wrong.map(({ check, what }) => `${check}: ${what}`),
      [`Cluster: ${worker} is exited`, "Workers: 1 of 2 workers are alive"],
    );
    const mend = wrong[0]?.mend ?? "";
    assert.equal(mend, `rcluster up --refresh --stack ${project.stack}`);
    assert.equal((await project.rcluster(mend.split(" ").slice(1))).code, 0);
    await eventually("all is well again", async () => (await examined(project)).wrong.length === 0 || undefined);
  });

  it("says of bad settings what `up` says, a line for each", async () => {
    const [line] = await project.problem({ "redis.port": "0" });
    await project.set({ "redis.port": "0", "worker.cpus": "many" });
    const { wrong, said } = await examined(project);
    await project.unset("redis.port", "worker.cpus");
    assert.deepEqual(
      wrong.map(({ check }) => check),
      ["Settings", "Settings"],
    );
    assert.ok(
      said("Settings").some(({ what }) => line?.endsWith(what)),
      line,
    );
  });

  it("says that Docker does not answer, once", async () => {
    const { wrong } = await examined(project, { DOCKER_HOST: "tcp://127.0.0.1:1" });
    assert.deepEqual(
      wrong.map(({ check }) => check),
      ["Docker"],
    );
    assert.match(wrong[0]?.what ?? "", /^Docker is not running, or cannot be used: /);
    assert.match(wrong[0]?.mend ?? "", /start Docker/);
  });

  it("says that there is no such stack, and how one is made", async () => {
    const { wrong } = await examined(project, {}, ["--stack", "nowhere"]);
    assert.deepEqual(wrong, [
      { check: "Stack", verdict: "wrong", what: "there is no stack nowhere: 'rcluster init nowhere' makes it" },
    ]);
  });

  it("says that there is no kubeconfig", async () => {
    await project.destroy();
    await project.unset("metrics");
    await project.set({ platform: "kubernetes", "image.ref": "registry.example.org/r:1" });
    const { wrong } = await examined(project, { KUBECONFIG: "/nowhere/config" });
    const [kubernetes, ...others] = wrong.filter(({ check }) => check !== "kubectl"); // this machine may have none
    assert.deepEqual([kubernetes?.check, others], ["Kubernetes", []]);
    assert.match(kubernetes?.what ?? "", /^no kubeconfig: KUBECONFIG names \/nowhere\/config/);
  });
});
