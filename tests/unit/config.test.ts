import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { allowed, parseConfig } from "../../stacks/config";

const kubernetes = { platform: "kubernetes", registry: "registry.example.org/team" };
const parse = (texts: Record<string, string>) => parseConfig(texts);

function errorOf(texts: Record<string, string>): string {
  try {
    parse(texts);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("config", () => {
  it("has a default for every key", () => {
    const config = parse({});
    assert.equal(config.platform, "docker");
    assert.equal(config.workers, "auto");
    assert.equal(config.queue, "jobs");
    assert.partialDeepStrictEqual(config.worker, { cpus: 1, memory: 2 ** 31, env: {}, dataReadOnly: false, grace: 30 });
    assert.partialDeepStrictEqual(config.redis, { memory: 2 ** 30, image: "redis:8" });
    assert.deepEqual(config.image.packages, []);
  });

  it("is frozen", () => {
    const config = parse({ worker: '{"cpus":2}' });
    assert.ok(Object.isFrozen(config));
    assert.ok(Object.isFrozen(config.worker));
  });

  it("takes 0 workers for a wish, and auto", () => {
    assert.equal(parse({ workers: "0" }).workers, 0);
    assert.equal(parse({ workers: "12" }).workers, 12);
    assert.equal(parse({ workers: "auto" }).workers, "auto");
  });

  it("reads what `config set --path` stores: numbers as numbers and fractions as text", () => {
    const config = parse({ worker: '{"cpus":"0.5","memory":"512Mi","env":{"A":1,"B":true}}' });
    assert.equal(config.worker.cpus, 0.5);
    assert.equal(config.worker.memory, 512 * 2 ** 20);
    assert.deepEqual(config.worker.env, { A: "1", B: "true" });
  });

  it("reads sizes in binary and decimal units", () => {
    const size = (memory: string) => parse({ redis: JSON.stringify({ memory }) }).redis.memory;
    assert.equal(size("1.5Gi"), 1.5 * 2 ** 30);
    assert.equal(size("500M"), 5e8);
    assert.equal(size("2G"), 2e9);
  });

  it("refuses more workers on Docker than its network can join", () => {
    assert.equal(parse({ workers: "1000" }).workers, 1000);
    assert.throws(() => parse({ workers: "1001" }), /config workers: 1001 is not allowed on platform docker; /);
  });

  it("reads ports as numbers and pairs", () => {
    assert.deepEqual(parse({ master: '{"ports":[8080,"8888:80"]}' }).master.ports, [
      { external: 8080, internal: 8080 },
      { external: 8888, internal: 80 },
    ]);
  });

  const bad: [Record<string, string>, string, string][] = [
    [{ workers: "-1" }, "workers", '"-1"'],
    [{ workers: "1.5" }, "workers", '"1.5"'],
    [{ workers: "many" }, "workers", '"many"'],
    [{ workers: '{"min":1}' }, "workers", '{"min":1}'],
    [{ platform: "moon" }, "platform", '"moon"'],
    [{ queue: "my jobs" }, "queue", '"my jobs"'],
    [{ worker: '{"memory":"lots"}' }, "worker.memory", '"lots"'],
    [{ worker: '{"memory":"512m"}' }, "worker.memory", '"512m"'],
    [{ worker: '{"memory":"1Mi"}' }, "worker.memory", '"1Mi"'],
    [{ worker: '{"cpus":0}' }, "worker.cpus", "0"],
    [{ worker: '{"grace":1}' }, "worker.grace", "1"],
    [{ worker: "big" }, "worker", '"big"'],
    [{ master: '{"memory":3}' }, "master.memory", "3"],
    [{ master: '{"dataDir":"/no/such/folder"}' }, "master.dataDir", '"/no/such/folder"'],
    [{ master: '{"ports":[70000]}' }, "master.ports[0]", "70000"],
    [{ master: '{"ports":["80:0"]}' }, "master.ports[0]", '"80:0"'],
    [{ redis: '{"port":0}' }, "redis.port", "0"],
    [{ redis: '{"image":"Redis 8"}' }, "redis.image", '"Redis 8"'],
    [{ image: '{"packages":["a/b"]}' }, "image.packages[0]", '"a/b"'],
    [{ image: '{"apt":["Lib GSL"]}' }, "image.apt[0]", '"Lib GSL"'],
    [{ image: '{"repos":"cran"}' }, "image.repos", '"cran"'],
    [{ image: '{"renvLock":"/no/renv.lock"}' }, "image.renvLock", '"/no/renv.lock"'],
  ];
  const badOnKubernetes: [Record<string, string>, string, string][] = [
    [{ registry: "registry.example.org" }, "registry", '"registry.example.org"'],
    [{ registry: "https://registry.example.org/r" }, "registry", '"https://registry.example.org/r"'],
    [{ image: '{"platform":"windows/amd64"}' }, "image.platform", '"windows/amd64"'],
    [{ image: '{"share":"yes"}' }, "image.share", '"yes"'],
    [{ image: '{"pullSecret":"My Secret"}' }, "image.pullSecret", '"My Secret"'],
    [{ worker: '{"gpu":0}' }, "worker.gpu", "0"],
    [{ worker: '{"gpu":{"gpu":1}}' }, "worker.gpu", '{"gpu":1}'],
    [{ worker: '{"ephemeralStorage":"much"}' }, "worker.ephemeralStorage", '"much"'],
    [{ worker: '{"nodeSelector":{"disk":"very fast"}}' }, "worker.nodeSelector.disk", '"very fast"'],
    [{ worker: '{"tolerations":[{"effect":"Never"}]}' }, "worker.tolerations[0].effect", '"Never"'],
    [{ worker: '{"priorityClass":"High!"}' }, "worker.priorityClass", '"High!"'],
    [{ master: '{"rollout":"never"}' }, "master.rollout", '"never"'],
    [{ pools: "big" }, "pools", '"big"'],
    [{ pools: '[{"name":"Big","workers":1}]' }, "pools[0].name", '"Big"'],
    [{ pools: '[{"name":"big","workers":-1}]' }, "pools[0].workers", "-1"],
    [{ pools: '[{"name":"big","workers":1,"memory":"lots"}]' }, "pools[0].memory", '"lots"'],
    [{ redis: '{"passwordVersion":0}' }, "redis.passwordVersion", "0"],
    [{ redis: '{"peers":[{"namespace":"Keda"}]}' }, "redis.peers[0].namespace", '"Keda"'],
    [{ redis: '{"size":"big"}' }, "redis.size", '"big"'],
    [{ kubernetes: '{"namespace":"My_Team"}' }, "kubernetes.namespace", '"My_Team"'],
    [{ kubernetes: '{"storageClass":"Fast SSD"}' }, "kubernetes.storageClass", '"Fast SSD"'],
    [{ egress: "some" }, "egress", '"some"'],
    [{ egress: '["10.0.0.0"]' }, "egress", '["10.0.0.0"]'],
    [{ data: '{"size":"10"}' }, "data.size", '"10"'],
    [{ data: '{"onDestroy":"forget"}' }, "data.onDestroy", '"forget"'],
    [{ data: '{"shared":"no"}' }, "data.shared", '"no"'],
  ];
  bad.push(...badOnKubernetes.map(([texts, ...rest]): (typeof bad)[number] => [{ ...kubernetes, ...texts }, ...rest]));
  for (const [texts, key, value] of bad) {
    it(`refuses ${key} = ${value} with one line: key, value, what is allowed`, () => {
      const message = errorOf(texts);
      assert.equal(message.split("\n").length, 1, message);
      assert.ok(message.startsWith(`config ${key}: ${value} is not allowed; allowed: `), message);
      assert.ok(message.length > `config ${key}: ${value} is not allowed; allowed: `.length + 5, message);
    });
  }

  it("takes one value for a list of one", () => {
    assert.deepEqual(parse({ image: '{"apt":"jags"}' }).image.apt, ["jags"]);
    assert.deepEqual(parse({ master: '{"ports":8080}' }).master.ports, [{ external: 8080, internal: 8080 }]);
  });

  it("says that a key with a dot was meant as a path", () => {
    assert.match(errorOf({ "worker.cpus": "2" }), /^config worker\.cpus: set it with --path/);
  });

  it("names a key that does not exist, and those that do", () => {
    assert.match(errorOf({ wrokers: "3" }), /^config wrokers: there is no such key; allowed: platform, workers, /);
    assert.match(errorOf({ worker: '{"cpu":3}' }), /^config worker\.cpu: there is no such key; allowed: .*cpus/);
  });

  it("does not print the values of environment variables, which may be secret", () => {
    const message = errorOf({ worker: '{"env":{"REDIS_HOST":"hush"}}' });
    assert.match(message, /^config worker\.env\.REDIS_HOST is not allowed; allowed: /);
    assert.ok(!message.includes("hush"));
  });

  it("refuses an image built elsewhere together with what would build one", () => {
    assert.match(
      errorOf({ image: '{"ref":"team/r:1","packages":["dplyr"]}' }),
      /^config image\.ref: .*image\.packages/,
    );
    assert.equal(parse({ image: '{"ref":"team/r:1"}' }).image.ref, "team/r:1");
  });

  const conflicts: [string, Record<string, string>, RegExp][] = [
    [
      "no registry",
      { platform: "kubernetes" },
      /^config registry: is not set; allowed: HOST\/PATH .*image\.ref.*image\.share/,
    ],
    ["a registry beside image.share", { ...kubernetes, image: '{"share":true}' }, /^config image\.share: /],
    [
      "half a login",
      { ...kubernetes, image: '{"username":"me"}' },
      /^config image\.username: goes with image\.password/,
    ],
    ["workers beside pools", { ...kubernetes, workers: "3", pools: '[{"name":"a","workers":1}]' }, /^config workers: /],
    [
      "two pools of a name",
      { ...kubernetes, pools: '[{"name":"a","workers":1},{"name":"a","workers":2}]' },
      /^config pools: two are named a; /,
    ],
    [
      "a pool without a number",
      { ...kubernetes, pools: '[{"name":"a"}]' },
      /^config pools\[0\]\.workers: is not set; /,
    ],
    [
      "settings of a Redis made elsewhere",
      { ...kubernetes, redis: '{"url":"redis://r","cpus":1}' },
      /^config redis\.url: .*redis\.cpus/,
    ],
    [
      "an image without a version",
      { ...kubernetes, image: '{"ref":"team/r"}' },
      /^config image\.ref: "team\/r" .*digest/,
    ],
    [
      "the tag latest",
      { ...kubernetes, image: '{"ref":"team/r:latest"}' },
      /^config image\.ref: "team\/r:latest" .*digest/,
    ],
    [
      "a folder of this machine",
      { ...kubernetes, master: '{"dataDir":"."}' },
      /^config master\.dataDir: has no effect on /,
    ],
    ["pools on Docker", { pools: '[{"name":"a","workers":1}]' }, /^config pools: has no effect on platform docker/],
    [
      "nodes on demand on Docker",
      { kubernetes: '{"elastic":true}' },
      /^config kubernetes: has no effect on platform docker/,
    ],
    [
      "nodes on demand on EKS",
      { platform: "eks", kubernetes: '{"elastic":true}' },
      /^config kubernetes: has no effect on platform eks/,
    ],
    ["a GPU on Docker", { worker: '{"gpu":1}' }, /^config worker\.gpu: has no effect on platform docker/],
  ];
  for (const [what, texts, message] of conflicts) {
    it(`refuses keys that do not go together: ${what}`, () => {
      const lines = errorOf(texts).split("\n");
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? "", message);
    });
  }

  it("takes images by digest and tag, with a registry's port too", () => {
    for (const ref of ["team/r:1", "r.example.org:5000/r:1.2", "team/r@sha256:" + "a".repeat(64)]) {
      assert.equal(parse({ platform: "kubernetes", image: JSON.stringify({ ref }) }).image.ref, ref);
    }
    assert.match(errorOf({ platform: "kubernetes", image: '{"ref":"r.example.org:5000/r"}' }), /digest/);
  });

  it("does not print secrets", () => {
    const secret = [
      { ...kubernetes, redis: '{"url":"http://:hush@r"}' },
      { ...kubernetes, redis: '{"url":"redis://:hush@r/3"}' },
      { ...kubernetes, image: '{"username":"me","password":["hush"]}' },
      { ...kubernetes, data: '{"s3":{"accessKeyId":"id","secretAccessKey":["hush"]}}' },
      { ...kubernetes, pools: '[{"name":"a","workers":1,"env":{"REDIS_X":"hush"}}]' },
    ];
    for (const texts of secret) assert.match(errorOf(texts), /^config (?!.*hush)\S+ is not allowed; allowed: ./);
  });

  it("says for every key what is allowed", () => {
    const config = parse({}) as unknown as Record<string, unknown>;
    for (const [key, value] of Object.entries(config)) {
      assert.ok(allowed[key], key);
      if (typeof value !== "object") continue;
      for (const inner of Object.keys(value as object)) assert.ok(allowed[`${key}.${inner}`], `${key}.${inner}`);
    }
  });

  it("is declared in Pulumi.yaml without types, which would refuse `auto`", () => {
    assert.doesNotMatch(fs.readFileSync("Pulumi.yaml", "utf8"), /^\s+type:/m);
  });

  // What is committed: Pulumi writes a salt into the user's own copy.
  it("keeps the stack files of the repository free of an encryption salt", () => {
    const git = (...args: string[]) => execFileSync("git", args).toString();
    const files = git("ls-files", "Pulumi.*.yaml").split("\n").filter(Boolean);
    assert.ok(files.includes("Pulumi.local.yaml"));
    for (const file of files) assert.doesNotMatch(git("show", `HEAD:${file}`), /encryptionsalt/, file);
  });
});
