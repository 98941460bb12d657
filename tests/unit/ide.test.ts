import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { oneTimeDoor } from "../../cli/door";
import * as onDocker from "../../components/docker";
import { download } from "../../components/download";
import { names } from "../../components/environment";
import { describeIde } from "../../components/ide";
import * as onKubernetes from "../../components/kubernetes";
import { parseConfig } from "../../stacks/config";
import { ideOf } from "../../stacks/ide";
import { ofType, register, resolve, secretMark, type Registered } from "./mocks";

const sha256 = "0".repeat(64);
const rstudio = JSON.stringify({ url: "https://example.org/rstudio.deb", sha256 });
const redis = { host: "redis", port: 6379, password: "hush", url: "redis://:hush@redis:6379" };
const cluster = { redis, queue: "jobs", image: "sha256:1", resources: { cpus: 1, memory: 2 ** 30 } };
const ide = { kind: "jupyter", port: 4321 } as const;

describe("config ide", () => {
  const problem = (texts: Record<string, string>) => {
    try {
      parseConfig(texts);
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  it("is none by default, and then nothing is made", async () => {
    const config = parseConfig({});
    assert.equal(config.ide, "none");
    assert.deepEqual(await ideOf(config, names("local")), {});
  });

  it("has a port that the config says, or the stack's", async () => {
    const own = parseConfig({ ide: "jupyter", master: '{"idePort":9000}' });
    assert.deepEqual(await ideOf(own, names("local")), {
      ide: { kind: "jupyter", port: 9000 },
      layer: { kind: "jupyter" },
    });
    assert.equal((await ideOf(parseConfig({ ide: "jupyter" }), names("local"))).ide?.port, 8888);
    const { idePort, redisPort } = names("test");
    assert.ok(idePort >= 30000 && idePort < 32768 && idePort !== redisPort);
  });

  it("comes with an image built elsewhere", async () => {
    const config = parseConfig({ ide: "rstudio", image: '{"ref":"registry.example.org/r:1"}' });
    assert.deepEqual(await ideOf(config, names("local")), { ide: { kind: "rstudio", port: 8888 } });
  });

  const bad: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ ide: "emacs" }, /^config ide: "emacs" is not allowed; allowed: none, jupyter, rstudio$/],
    [{ ide: "rstudio" }, /^config rstudio\.url: is not set; allowed: /],
    [
      { ide: "rstudio", rstudio: '{"url":"https://example.org/r.deb"}' },
      /^config rstudio\.sha256: is not set; allowed/,
    ],
    [{ ide: "rstudio", rstudio: `{"url":"ftp://x","sha256":"${sha256}"}` }, /^config rstudio\.url: "ftp:\/\/x" is not/],
    [{ ide: "jupyter", rstudio }, /^config rstudio: has no effect with ide jupyter; allowed: /],
    [{ rstudio }, /^config rstudio: has no effect with ide none; allowed: /],
    [{ ide: "rstudio", rstudio, image: '{"ref":"r:1"}' }, /^config rstudio: has no effect with image\.ref/],
    [{ master: '{"idePort":9000}' }, /^config master\.idePort: has no effect without an IDE; allowed: /],
    [{ ide: "jupyter", master: '{"idePort":0}' }, /^config master\.idePort: 0 is not allowed; allowed: a port from 1/],
  ];
  for (const [texts, message] of bad) {
    it(`says what is wrong with ${JSON.stringify(texts)}`, () => assert.match(problem(texts), message));
  }

  it("does not share its port in the master", async () => {
    const config = parseConfig({ ide: "jupyter", master: '{"ports":["80:8888"]}' });
    await assert.rejects(
      ideOf(config, names("local")),
      /^\w*Error: config master\.ports: 8888 of the master is the IDE's/,
    );
  });
});

for (const preview of [false, true]) {
  describe(`a master with an IDE, ${preview ? "preview" : "update"}`, () => {
    const docker = async (args: object = { ide }) => {
      const shared = { network: "net", labels: {}, containerName: "rmaster" };
      const made = await register(() => new onDocker.RMaster("master", { ...cluster, ...shared, ...args }), preview);
      return ofType(made, "docker:Container")[0] as Registered;
    };

    it("publishes it on loopback alone, on Docker", async () => {
      const { inputs } = await docker({ ide, ports: [{ external: 80, internal: 8080 }] });
      assert.deepEqual(inputs.ports, [
        { external: 80, internal: 8080, ip: "127.0.0.1", protocol: "tcp" },
        { external: 4321, internal: 8888, ip: "127.0.0.1", protocol: "tcp" },
      ]);
      assert.deepEqual((await docker({})).inputs.ports, []);
    });

    it("gets the password in a secret file, and its path in the environment", async () => {
      const { inputs } = await docker();
      const { uploads, ...visible } = inputs;
      assert.doesNotMatch(JSON.stringify(visible), /a-password/);
      assert.ok((uploads as Record<string, unknown>)[secretMark], "secret");
      assert.match(JSON.stringify(uploads), /"\/run\/secrets\/ide-password"/);
      assert.match(JSON.stringify(inputs.envs), /RCLUSTER_IDE_PASSWORD_FILE=\/run\/secrets\/ide-password/);
      assert.doesNotMatch(JSON.stringify((await docker({})).inputs), /RCLUSTER_IDE|ide-password/);
    });

    it("has it on the pod's loopback, on Kubernetes, with the password in a Secret and no Service", async () => {
      const place = { namespace: "stats", instance: "lab" };
      const made = await register(() => new onKubernetes.RMaster("master", { ...cluster, ...place, ide }), preview);
      const set = JSON.stringify(ofType(made, "kubernetes:StatefulSet")[0]?.inputs);
      assert.match(set, /\{"name":"RCLUSTER_IDE_ADDRESS","value":"127\.0\.0\.1"\}/);
      assert.match(set, /"RCLUSTER_IDE_PASSWORD_FILE","value":"\/run\/secrets\/rcluster-ide\/password"/);
      assert.match(set, /"mountPath":"\/run\/secrets\/rcluster-ide","name":"ide","readOnly":true/);
      assert.match(set, /"readOnlyRootFilesystem":true/);
      assert.doesNotMatch(set, /a-password/);
      const secret = made.find(({ name }) => name === "master-ide")?.inputs.stringData as Record<string, unknown>;
      assert.ok(secret[secretMark]);
      assert.deepEqual(ofType(made, "kubernetes:Service"), []);
    });
  });
}

describe("the IDE's endpoint", () => {
  it("has a secret password and an address on loopback", async () => {
    await register(async () => {
      const args = { ...cluster, network: "net", labels: {}, containerName: "rmaster", ide };
      const made = new onDocker.RMaster("master", args).ide;
      assert.ok(made);
      assert.equal(made.url, "http://127.0.0.1:4321");
      assert.ok((await resolve(made.password)).secret);
    });
  });

  it("asks RStudio's users for a name", () => {
    assert.deepEqual(describeIde({ kind: "rstudio", port: 1 }), {
      ...{ kind: "rstudio", port: 1, containerPort: 8888, user: "r" },
    });
    assert.equal(describeIde(ide)?.user, undefined);
  });
});

describe("an image with an IDE", () => {
  const elsewhere = process.cwd();
  before(() => process.chdir(fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-unit-"))));
  after(() => process.chdir(elsewhere));

  const images = async (args: object) =>
    ofType(
      await register(() => new onDocker.RImage("image", { imageName: "rcluster:latest", ...args })),
      "docker:Image",
    );
  const build = (image: Registered | undefined) => image?.inputs.build as { context: string; args: object };

  it("is built on top of the one without, which stays as it is", async () => {
    const [plain] = await images({});
    const [same, other] = await images({ ide: { kind: "jupyter" } });
    assert.deepEqual(same, plain);
    assert.equal(other?.inputs.imageName, "rcluster:latest_jupyter");
    assert.deepEqual(build(other).args, { IMAGE: "rcluster:latest", IMAGE_ID: "sha256:built" });
    assert.notEqual(build(other).context, build(same).context);
    assert.match(fs.readFileSync(path.join(build(other).context, "Dockerfile"), "utf8"), /^FROM \$\{IMAGE\}$/m);
  });

  it("has RStudio's package in its context, and only there", async () => {
    fs.writeFileSync("some.deb", "package");
    const [plain, withIde] = await images({ ide: { kind: "rstudio", deb: "some.deb" } });
    assert.equal(fs.readFileSync(path.join(build(withIde).context, "rstudio.deb"), "utf8"), "package");
    assert.ok(!fs.existsSync(path.join(build(plain).context, "rstudio.deb")));
  });

  it("is pushed beside the other on Kubernetes", async () => {
    const args = { imageName: "registry.example.org/r:lab", ide: { kind: "jupyter" } } as const;
    const made = ofType(await register(() => new onKubernetes.RImage("image", args)), "docker:Image");
    assert.deepEqual(
      made.map(({ inputs }) => [inputs.imageName, inputs.skipPush]),
      [
        ["registry.example.org/r:lab", false],
        ["registry.example.org/r:lab_jupyter", false],
      ],
    );
  });
});

describe("a download", () => {
  const content = "a package";
  const digest = createHash("sha256").update(content).digest("hex");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-unit-"));
  const file = path.join(folder, "downloads", "file.deb");
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    if (request.url === "/file.deb") response.end(content);
    else response.writeHead(404).end();
  });
  let source = "";
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it("says in one line what does not answer, or is another file, and keeps nothing of it", async () => {
    await assert.rejects(download(`${source}/gone`, digest, file), /^Error: http:\S+\/gone answers 404 Not Found$/);
    await assert.rejects(download("http://127.0.0.1:1/", digest, file), /cannot be reached: /);
    await assert.rejects(download(`${source}/file.deb`, sha256, file), new RegExp(`has the SHA-256 ${digest}, not 0`));
    assert.deepEqual(fs.readdirSync(path.dirname(file)), []);
  });

  it("is made once", async () => {
    await download(`${source}/file.deb`, digest, file);
    const before = requests;
    await download(`${source}/file.deb`, digest, file);
    assert.equal(requests, before);
    assert.equal(fs.readFileSync(file, "utf8"), content);
  });
});

describe("the door to the IDE", () => {
  it("leads the first who knows it to the IDE, signed in, and nobody else", async () => {
    const door = await oneTimeDoor("http://127.0.0.1:4321/lab", ["session=1; HttpOnly"]);
    const used = door.used(AbortSignal.timeout(5000));
    const visit = async (url: string) => fetch(url, { redirect: "manual" });
    assert.equal((await visit(new URL("/", door.url).href)).status, 404);
    const first = await visit(door.url);
    assert.equal(first.status, 302);
    assert.equal(first.headers.get("location"), "http://127.0.0.1:4321/lab");
    assert.deepEqual(first.headers.getSetCookie(), ["session=1; HttpOnly"]);
    assert.equal(first.headers.get("referrer-policy"), "no-referrer");
    assert.equal((await visit(door.url)).status, 404);
    assert.equal(await used, true);
    door.close();
    await assert.rejects(visit(door.url));
  });

  it("tells if nobody comes", async () => {
    const door = await oneTimeDoor("http://127.0.0.1:4321/lab", []);
    assert.equal(await door.used(AbortSignal.timeout(50)), false);
    door.close();
  });
});
