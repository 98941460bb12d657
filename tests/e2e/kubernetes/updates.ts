import * as assert from "node:assert/strict";
import { isReady } from "../../../components/kubernetes/diagnose";
import { docker, eventually, seconds, success } from "../project";
import { type KubernetesProject, loopCode, registry, results } from "./project";

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
      const clients = [...(await project.podNames("worker")), "rmaster-0"];
      await Promise.all(clients.map((name) => arrival(project, name, current)));
      await redis(project, current, "client", "kill", "type", "normal"); // whoever connects again needs it
      await seconds(3);
    });
    assert.deepEqual(await project.identities(), before);
  });

  it("lets in with the password before, and not with the one before that", async () => {
    const first = await password(project);
    await project.set({ "redis.passwordVersion": "3" });
    await project.up();
    const second = await password(project);
    await project.set({ "redis.passwordVersion": "4" });
    await project.up();
    const third = await password(project);
    await eventually(
      "Redis has the new list",
      async () => {
        await lookAt(project, "redis-0");
        const answers = await Promise.all([first, second, third].map((each) => redis(project, each, "ping")));
        return answers.map((answer) => answer === "PONG").join() === "false,true,true" || undefined;
      },
      120,
    );
  });

  it("says in one line that an image cannot be pulled, and goes on as it was", async () => {
    const before = await project.identities();
    const { "image.ref": current } = { "image.ref": (await project.cluster()).image };
    const missing = `${registry()}/rcluster:no-such-tag`;
    const lines = await project.problem({ "image.ref": missing });
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", new RegExp(`Deployment \\S+: \\S.* cannot pull image ${missing}: .*not found`));
    const now = await project.identities();
    for (const pod of before) assert.ok(now.includes(pod), pod);
    assert.equal(await project.r("cat(sum(unlist(foreach(i = 1:10) %dopar% i)))"), "55");
    await project.set({ "image.ref": current });
    await project.up();
    assert.deepEqual(await project.identities(), before);
    for (const pod of await project.pods()) assert.ok(isReady(pod), pod.metadata?.name);
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

/** Waits until a pod's file holds the password. */
async function arrival(project: KubernetesProject, pod: string, current: string): Promise<void> {
  const arrived = async () => {
    await lookAt(project, pod);
    return (await shell(project, pod, "cat $REDIS_PASSWORD_FILE")) === current || undefined;
  };
  await eventually(`${pod} has the new password`, arrived, 120);
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
