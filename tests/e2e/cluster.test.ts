import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { withRedis } from "./client";
import { command, docker, eventually, Project, seconds } from "./project";

// One cluster goes through what a user does with it, in this order.
describe("a cluster on Docker", () => {
  const project = new Project();
  const data = project.path("files");
  const worker = (index: number) => `rworker-${project.stack}-${index}`;

  before(async () => {
    fs.mkdirSync(data, { mode: 0o755 });
    if (process.getuid?.() === 0) fs.chownSync(data, 1000, 1000);
    await project.create({ workers: "2", "master.dataDir": data });
  });
  after(() => project.remove());

  const redisPassword = async () => {
    const { password } = await project.redisUrl();
    assert.ok(password.length >= 32);
    return password;
  };

  it("comes up with Redis, two workers and a master, the first resource within 3 s", async () => {
    const { seenAt } = await project.up([], { watchFor: "docker:index:Network network creating" });
    console.log(`      first resource ${seenAt} s after the command's start`);
    assert.ok(seenAt && seenAt < 3, `${seenAt} s`);
    const names = [...(await project.containers()).keys()].sort();
    const others = ["redis", "rmaster", "rjobs"].map((name) => `${name}-${project.stack}`);
    assert.deepEqual(names, [...others, worker(1), worker(2)].sort());
    const cluster = await project.cluster();
    assert.equal(cluster.version, 2);
    assert.equal(cluster.commands.shell, `docker exec -it rmaster-${project.stack} R`);
    assert.match(cluster.image, /^sha256:[0-9a-f]{64}$/);
    assert.equal(await project.output("workers"), "2");
    assert.equal(await project.output("queue"), '"jobs"');
  });

  it("runs foreach on the workers from the first line typed", async () => {
    const output = await project.r(
      `x <- foreach(i=1:100) %dopar% list(i, Sys.info()[["nodename"]])
       stopifnot(identical(lapply(x, "[[", 1), as.list(1:100)))
       cat(sort(unique(sapply(x, "[[", 2))))`,
    );
    assert.equal(output, `${worker(1)} ${worker(2)}`);
  });

  it("greets an interactive R and runs foreach in it", async () => {
    const session = `printf 'foreach(i=1:4, .combine=sum) %%dopar%% i\\n' | docker exec -i rmaster-${project.stack} R --interactive --no-save`;
    const { output } = await command("sh", ["-c", session]);
    assert.match(output, /2 workers/);
    assert.match(output, /\[1\] 10/);
  });

  it("changes nothing on a second up, in under 10 s", async () => {
    const { output, seconds: duration } = await project.up();
    assert.match(output, /Resources:\s+\d+ unchanged\s/);
    assert.ok(duration < 10, `${duration} s`);
  });

  it("changes nothing after a refresh either", async () => {
    await project.up(["--refresh"]);
    const { output } = await project.up();
    assert.match(output, /Resources:\s+\d+ unchanged\s/);
  });

  it("lets a script and its tasks read and write /data, as the folder's owner", async () => {
    fs.writeFileSync(
      `${data}/job.R`,
      `write.csv(data.frame(x = 1:3), "/data/in.csv", row.names = FALSE)
       sums <- foreach(i = 1:2, .combine = c) %dopar% sum(read.csv("/data/in.csv")$x)
       saveRDS(sums, "/data/out.rds"); cat(sums)`,
    );
    const output = await docker("exec", `rmaster-${project.stack}`, "Rscript", "/data/job.R");
    assert.equal(output, "6 6");
    assert.equal(fs.statSync(`${data}/out.rds`).uid, fs.statSync(data).uid);
  });

  it("runs an old script for doRedis unchanged", async () => {
    const output = await project.r(
      `require(doRedis); registerDoRedis(host='redis', queue='jobs')
       cat(foreach(j=1:10, .combine=sum, .multicombine=TRUE) %dopar% j)`,
    );
    assert.equal(output, "55");
  });

  it("gives every R as many threads as its container has cores", async () => {
    const output = await project.r("library(parallel); cat(getOption('mc.cores'), Sys.getenv('OMP_NUM_THREADS'))");
    assert.equal(output, "1 1");
    assert.match(await project.r("cat(extSoftVersion()[['BLAS']])"), /openblas/);
  });

  it("keeps the password out of state and output", async () => {
    const password = await redisPassword();
    const kept = [project.path(".rcluster", "state"), project.path(`Pulumi.${project.stack}.yaml`)];
    assert.equal((await command("grep", ["-rl", password, ...kept])).output, "");
    assert.ok(!(await project.up(["--show-config"])).output.includes(password));
    assert.match((await project.pulumi(["stack", "output"])).output, /redisUrl\s+\[secret\]/);
  });

  it("keeps the password out of docker inspect, logs and process lists", async () => {
    const password = await redisPassword();
    for (const name of (await project.containers()).keys()) {
      assert.ok(!(await docker("inspect", name)).includes(password), name);
      assert.ok(!(await command("docker", ["logs", name])).output.includes(password), name);
      assert.ok(!(await docker("top", name)).includes(password), name);
    }
  });

  it("lets nobody use Redis without the password", async () => {
    const url = await project.redisUrl();
    const asStranger = { password: undefined };
    await withRedis(url, (stranger) => assert.rejects(stranger.keys("*"), /NOAUTH/), asStranger);
    assert.equal(await withRedis(url, (owner) => owner.ping()), "PONG");
  });

  it("listens on loopback only", async () => {
    for (const name of (await project.containers()).keys()) {
      const bindings = JSON.parse(await docker("inspect", "-f", "{{json .HostConfig.PortBindings}}", name)) as
        object | null;
      const addresses = Object.values(bindings ?? {}).flatMap((list) =>
        (list as { HostIp: string }[]).map((b) => b.HostIp),
      );
      assert.deepEqual(addresses, name.startsWith("redis") ? ["127.0.0.1"] : []);
    }
  });

  it("runs everything without root and without capabilities", async () => {
    for (const name of (await project.containers()).keys()) {
      const status = await docker("exec", name, "cat", "/proc/1/status");
      assert.doesNotMatch(status, /^Uid:\s+0\s/m, name);
      assert.match(status, /^CapEff:\s+0+$/m, name);
      assert.match(status, /^NoNewPrivs:\s+1$/m, name);
    }
  });

  it("lets an R of this machine's join with the url in the output", async () => {
    const { href, port, password } = await project.redisUrl();
    fs.writeFileSync(
      `${data}/host.R`,
      `suppressMessages(library(doRedis))
       registerDoRedis("jobs", port = ${port}, password = "${password}")
       cat(foreach(i=1:3, .combine=c) %dopar% i^2)`,
    );
    const args = ["run", "--rm", "--network", "host", "-e", `REDIS_URL=${href}`, "-v", `${data}:/data`];
    const { image } = await project.cluster();
    assert.equal(await docker(...args, image, "Rscript", "/data/host.R"), "1 4 9");
    fs.rmSync(`${data}/host.R`);
  });

  it("keeps a job's result complete when a worker is killed, and starts the worker again", async () => {
    const job = project.r("cat(sum(foreach(i=1:40, .combine=c) %dopar% { Sys.sleep(.2); i }))");
    await seconds(2.5);
    const pid = await docker("inspect", "-f", "{{.State.Pid}}", worker(1));
    const user = await docker("inspect", "-f", "{{.Config.User}}", worker(1));
    await docker("run", "--rm", "--pid", "host", "--user", user, "debian:trixie-slim", "sh", "-c", `kill -9 ${pid}`);
    assert.equal(await job, "820");
    await eventually(
      "the worker is back",
      async () =>
        (await docker("inspect", "-f", "{{.State.Running}} {{.RestartCount}}", worker(1))) === "true 1" || undefined,
    );
  });

  it("keeps a job's result complete after docker kill, and heals with up --refresh", async () => {
    const job = project.r("cat(sum(foreach(i=1:40, .combine=c) %dopar% { Sys.sleep(.2); i }))");
    await seconds(2.5);
    await docker("kill", worker(2));
    assert.equal(await job, "820");
    await project.up(["--refresh"]);
    assert.equal(await docker("inspect", "-f", "{{.State.Running}}", worker(2)), "true");
  });

  it("heals any container that was removed", async () => {
    const before = [...(await project.containers()).keys()].sort();
    const others = ["redis", "rmaster", "rjobs"].map((name) => `${name}-${project.stack}`);
    await docker("rm", "-f", worker(1), ...others);
    await project.up(["--refresh"]);
    assert.deepEqual([...(await project.containers()).keys()].sort(), before);
    assert.equal(await project.r("cat(sum(unlist(foreach(i=1:10) %dopar% i)))"), "55");
  });

  it("keeps queue and data over a restart of Redis", async () => {
    await withRedis(await project.redisUrl(), async (client) => {
      await client.rpush("{test}:list", "a", "b");
      await seconds(1.5); // written to disk every second
      await docker("restart", `redis-${project.stack}`);
      assert.deepEqual(await client.lrange("{test}:list", 0, -1), ["a", "b"]);
      await client.del("{test}:list");
    });
    assert.equal(await project.r("cat(sum(unlist(foreach(i=1:10) %dopar% i)))"), "55");
  });

  it("scales 2 -> 4 -> 1 -> 0 -> 2 and touches nothing but the workers that come or go", async () => {
    const job = project.r(
      `x <- foreach(i=1:2, .combine=rbind) %dopar% { Sys.sleep(25); data.frame(i, host=Sys.info()[["nodename"]]) }
       cat(sort(x$i), x$host[x$host == "${worker(1)}"])`,
    );
    await seconds(2);
    let before = await project.containers();
    for (const workers of [4, 1, 0, 2]) {
      await project.set({ workers: String(workers) });
      await project.up();
      const now = await project.containers();
      assert.equal(now.size, workers + 3);
      for (const [name, id] of now) if (before.has(name)) assert.equal(id, before.get(name), name);
      if (workers === 1) {
        assert.match(await job, new RegExp(`^1 2 ${worker(1)}`), "the survivor kept its task");
      }
      before = now;
    }
  });

  it("applies a memory limit in place and a new environment by replacement", async () => {
    const before = await project.containers();
    await project.set({ "worker.memory": "3Gi" });
    await project.up();
    assert.deepEqual(await project.containers(), before);
    assert.equal(await docker("inspect", "-f", "{{.HostConfig.Memory}}", worker(1)), String(3 * 2 ** 30));
    await project.set({ "worker.env.COLOUR": "blue" });
    await project.up();
    const code = "cat(foreach(i=1, .combine=c) %dopar% Sys.getenv('COLOUR'))";
    assert.equal(await project.r(code), "blue");
    await project.pulumi(["config", "rm", "--path", "worker.env.COLOUR"]);
    await project.up();
    assert.equal(await project.r(code), "");
  });

  it("leaves nothing on the machine after destroy, and the user's folder alone", async () => {
    assert.equal((await project.pulumi(["destroy", "--yes", "--skip-preview"])).code, 0);
    assert.deepEqual(await project.leftovers(), []);
    assert.ok(fs.existsSync(`${data}/out.rds`));
  });
});
