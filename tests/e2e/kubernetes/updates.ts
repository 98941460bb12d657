import * as assert from "node:assert/strict";
import { docker, eventually, seconds, success } from "../project";
import { loopCode, results } from "./loops";
import { type KubernetesProject, registry } from "./project";

/** Changes of a cluster while a job runs on it, and ones that fail. */
export function updates(project: KubernetesProject): void {
  it("rolls a new image over the workers, under a job whose coordinator is a pod of its own", async () => {
    const { image } = await project.cluster();
    const before = await project.podNames("worker");
    const newer = await derived(image, project.stack);
    const job = await project.startPod(["Rscript", "-e", loopCode("/tmp/stop")]);
    await job.prints("runs now");
    await seconds(2);
    await project.set({ "image.ref": newer });
    await project.unset("registry");
    await project.up();
    await seconds(2);
    await job.kubectl("exec", job.name, "--", "touch", "/tmp/stop");

    const after = await project.podNames("worker");
    const pods = new Set(results(await job.end()).map(({ pod }) => pod));
    for (const name of [...before, ...after]) assert.ok(pods.has(name), `${name} has worked`);
    assert.equal(new Set([...before, ...after]).size, 4);
    assert.equal((await project.cluster()).image, newer);
  });

  it("gives a new password to running clients: nothing restarts, and a job goes on", async () => {
    const before = await project.identities();
    const old = await password(project);
    await project.during(async () => {
      await project.set({ "redis.passwordVersion": "2" });
      await project.up();
      const current = await password(project);
      assert.notEqual(current, old);
      await everywhere(project, current);
      await redis(project, current, "client", "kill", "type", "normal"); // whoever connects again needs it
      await seconds(3);
    });
    assert.deepEqual(await project.identities(), before);
  });

  it("lets in with the password before, and not with the one before that", async () => {
    const passwords = [await password(project)];
    for (const version of ["3", "4"]) {
      await project.set({ "redis.passwordVersion": version });
      await project.up();
      passwords.push(await password(project));
      await everywhere(project, passwords.at(-1) ?? "");
    }
    await eventually("Redis has the new list", async () => {
      await lookAt(project, "redis-0");
      const answers = await Promise.all(passwords.map((each) => redis(project, each, "ping")));
      return answers.map((answer) => answer === "PONG").join() === "false,true,true" || undefined;
    });
  });

  it("says in one line that an image cannot be pulled, and goes on as it was", async () => {
    const before = await project.identities();
    const missing = `${registry()}/rcluster:no-such-tag`;
    const lines = await project.problem({ "image.ref": missing });
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", new RegExp(`Deployment \\S+: \\S.* cannot pull image ${missing}: .*not found`));
    const now = await project.identities();
    for (const pod of before) assert.ok(now.includes(pod), pod);
    assert.equal(await project.r("cat(sum(unlist(foreach(i = 1:10) %dopar% i)))"), "55");

    await project.up();
    assert.deepEqual(await project.identities(), before);
  });
}

/** An image that differs from another one in a label alone, pushed. */
async function derived(image: string, tag: string): Promise<string> {
  const name = `${registry()}/rcluster:${tag}-newer`;
  const script = `printf 'FROM %s\\nLABEL test=newer\\n' "$1" | docker build --quiet --tag "$2" - && docker push --quiet "$2"`;
  await success("sh", ["-c", script, "sh", image, name]);
  const digest = await docker("inspect", "--format", "{{index .RepoDigests 0}}", name);
  await docker("image", "rm", name);
  return digest;
}

/** Waits until each client's file holds the password. */
async function everywhere(project: KubernetesProject, current: string): Promise<void> {
  for (const pod of [...(await project.podNames("worker")), "rmaster-0"]) {
    await eventually(`${pod} has the new password`, async () => {
      await lookAt(project, pod);
      return (await shell(project, pod, "cat $REDIS_PASSWORD_FILE")) === current || undefined;
    });
  }
}

// A pod that changes is one that the kubelet looks at at once, and not within its minute.
async function lookAt(project: KubernetesProject, pod: string): Promise<void> {
  await project.kubectl("annotate", "pod", pod, `looked=${Date.now()}`, "--overwrite");
}

async function password(project: KubernetesProject): Promise<string> {
  return new URL(JSON.parse(await project.output("redisUrl")) as string).password;
}

async function shell(project: KubernetesProject, pod: string, script: string): Promise<string> {
  return project.kubectl("exec", pod, "--", "sh", "-c", script);
}

async function redis(project: KubernetesProject, secret: string, ...args: string[]): Promise<string> {
  return shell(project, "redis-0", `REDISCLI_AUTH=${secret} redis-cli --no-auth-warning ${args.join(" ")}`);
}
