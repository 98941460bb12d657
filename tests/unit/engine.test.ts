import * as assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { connection, findEngine, machine, parseContainer, type Engine } from "../../components/docker/engine";
import { checkMachine, obstacle, type Plan } from "../../components/docker/preflight";

const engine: Engine = {
  host: "unix:///var/run/docker.sock",
  version: "29.1.0",
  platform: "linux/amd64",
  cores: 4,
  memory: 2 ** 33,
  folder: "/var/lib/docker",
  rootless: false,
  containers: [
    { name: "redis-test", stack: "rcluster/test", ports: [7000] },
    { name: "web", stack: "", ports: [8080] },
  ],
};
const plan: Plan = {
  stack: "rcluster/test",
  containerNames: ["redis-test", "rmaster-test"],
  ports: [{ key: "redis.port", port: 7000 }],
  cpus: { "worker.cpus": 4 },
};

describe("finding Docker", () => {
  const context = (host: string, tls: object = {}) =>
    JSON.stringify([
      { Endpoints: { docker: { Host: host } }, TLSMaterial: tls, Storage: { TLSPath: "/home/me/.docker/tls/1" } },
    ]);

  it("takes the address of the current context", () => {
    assert.deepEqual(connection(context("unix:///run/user/1000/docker.sock"), {}), {
      host: "unix:///run/user/1000/docker.sock",
    });
  });

  it("takes certificates from the context, or as DOCKER_HOST's variables say", () => {
    const tls = { docker: ["ca.pem", "cert.pem", "key.pem"] };
    assert.equal(connection(context("tcp://h:2376", tls), {}).certPath, "/home/me/.docker/tls/1/docker");
    const env = { DOCKER_HOST: "tcp://h:2376", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" };
    assert.equal(connection(context("tcp://h:2376"), env).certPath, "/certs");
  });

  it("reads version, architecture, cores, memory and rootless mode", () => {
    const has = { ServerVersion: "29.1.0", NCPU: 8, MemTotal: 2 ** 33, DockerRootDir: "/var/lib/docker" };
    const same = { version: "29.1.0", cores: 8, memory: 2 ** 33, folder: "/var/lib/docker" };
    const info = { ...has, OSType: "linux", Architecture: "aarch64", SecurityOptions: ["name=rootless"] };
    assert.deepEqual(machine(JSON.stringify(info)), { ...same, platform: "linux/arm64", rootless: true });
    const plain = { ...info, Architecture: "x86_64", SecurityOptions: null };
    assert.deepEqual(machine(JSON.stringify(plain)), { ...same, platform: "linux/amd64", rootless: false });
  });

  it("reads containers and the ports that they publish", () => {
    assert.deepEqual(parseContainer("redis\trcluster/local\t127.0.0.1:6379->6379/tcp, :::80-82->80-82/tcp, 9/tcp"), {
      name: "redis",
      stack: "rcluster/local",
      ports: [6379, 80, 81, 82],
    });
  });

  it("says in one line that Docker is not there", async () => {
    const path = process.env.PATH;
    process.env.PATH = "/nowhere";
    try {
      await assert.rejects(findEngine(), /^Error: Docker is not installed: see https:[^\n]*$/);
    } finally {
      process.env.PATH = path;
    }
  });
});

describe("checking the machine", () => {
  it("finds nothing in the way of a stack that is up already", () => {
    assert.equal(obstacle(plan, engine), undefined);
  });

  it("names the key that asks for more cores than there are", () => {
    const message = obstacle({ ...plan, cpus: { "worker.cpus": 4.5 } }, engine);
    assert.equal(message, "config worker.cpus: 4.5 is not allowed; allowed: at most the 4 cores of this Docker engine");
  });

  it("names the container that has the port or the name", () => {
    const port = obstacle({ ...plan, ports: [{ key: "redis.port", port: 8080 }] }, engine);
    assert.equal(port, "config redis.port: port 8080 is in use by the container web; allowed: a free port");
    assert.match(obstacle({ ...plan, containerNames: ["web"] }, engine) ?? "", /^a container named web exists/);
  });

  it("refuses one port for two purposes", () => {
    const ports = [...plan.ports, { key: "master.ports", port: 7000 }];
    assert.match(obstacle({ ...plan, ports }, engine) ?? "", /^config master\.ports: port 7000 is already used/);
  });

  it("finds a program that listens on the port", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await assert.rejects(checkMachine({ ...plan, ports: [{ key: "redis.port", port }] }, engine), {
        message: `config redis.port: port ${port} is in use by another program; allowed: a free port`,
      });
    } finally {
      server.close();
    }
    await checkMachine({ ...plan, ports: [{ key: "redis.port", port }] }, engine);
  });
});
