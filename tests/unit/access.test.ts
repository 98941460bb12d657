import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { RunError } from "@pulumi/pulumi";
import { connect, explain, may } from "../../components/kubernetes/access";
import { loadKubeconfig } from "../../components/kubernetes/kubeconfig";

function kubeconfig(name: string, server = `https://${name}.example`): string {
  return `apiVersion: v1
kind: Config
clusters: [{name: ${name}, cluster: {server: "${server}", insecure-skip-tls-verify: true}}]
users: [{name: ${name}, user: {token: secret}}]
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}}}, {name: broken, context: {cluster: gone, user: ${name}}}]
current-context: ${name}
`;
}

describe("reading a kubeconfig", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-kubeconfig-"));
  const write = (name: string, text: string) => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const first = write("first", kubeconfig("first"));
  const second = write("second", kubeconfig("second"));
  after(() => fs.rmSync(folder, { recursive: true }));

  it("takes the current context of a file, and paths in it from its folder", () => {
    const file = write("files", kubeconfig("first").replace("token: secret", "client-key: my.key"));
    const config = loadKubeconfig({ kubeconfig: file });
    assert.equal(config.getCurrentContext(), "first");
    assert.equal(config.getCurrentUser()?.keyFile, path.join(folder, "my.key"));
  });

  it("takes the text of one as well", () => {
    assert.equal(
      loadKubeconfig({ kubeconfig: kubeconfig("text") }).getCurrentCluster()?.server,
      "https://text.example",
    );
  });

  it("merges the files in KUBECONFIG as kubectl does: what is missing is left out, the first to name something wins", () => {
    const env = { KUBECONFIG: [path.join(folder, "missing"), first, second].join(path.delimiter) };
    assert.equal(loadKubeconfig({}, env).getCurrentCluster()?.server, "https://first.example");
    assert.equal(loadKubeconfig({ context: "second" }, env).getCurrentCluster()?.server, "https://second.example");
  });

  const refused: [string, () => unknown, string][] = [
    [
      "a file that is not there",
      () => loadKubeconfig({ kubeconfig: "no/such" }),
      'config kubernetes.kubeconfig: "no/such" is not allowed; allowed: the path of a file',
    ],
    [
      "a KUBECONFIG that names no file",
      () => loadKubeconfig({}, { KUBECONFIG: "/no/such" }),
      "no kubeconfig: KUBECONFIG names /no/such; set config kubernetes.kubeconfig to the path of one",
    ],
    [
      "a context that is not there, with those that are",
      () => loadKubeconfig({ kubeconfig: first, context: "moon" }),
      'config kubernetes.context: "moon" is not allowed; allowed: first, broken',
    ],
    [
      "no current context",
      () => loadKubeconfig({ kubeconfig: write("none", kubeconfig("none").replace("current-context: none", "")) }),
      "config kubernetes.context: the kubeconfig has no current one; allowed: none, broken",
    ],
    [
      "a context without its cluster",
      () => loadKubeconfig({ kubeconfig: first, context: "broken" }),
      "the kubeconfig's context broken names no cluster in it",
    ],
    [
      "a file that is none",
      () => loadKubeconfig({ kubeconfig: write("words", "just words") }),
      "the kubeconfig has no contexts: set config kubernetes.kubeconfig to the path of one that has",
    ],
  ];
  for (const [what, load, message] of refused) {
    it(`refuses ${what} in one line`, () => {
      assert.throws(load, (error: Error) => RunError.isInstance(error) && error.message === message);
    });
  }

  it("names the file that is not YAML", () => {
    const file = write("broken", "a: [");
    assert.throws(() => loadKubeconfig({ kubeconfig: file }), new RegExp(`${file} is not a kubeconfig: [^\n]+$`));
  });
});

describe("connecting to a cluster", () => {
  async function serve<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }
  const answer =
    (code: number, body: object): RequestListener =>
    (_, response) => {
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    };

  it("tells which cluster it is, and what one may do there", async () => {
    await serve(answer(201, { status: { allowed: true } }), async (url) => {
      const access = await connect({ kubeconfig: kubeconfig("test", url) });
      assert.deepEqual([access.context, access.server], ["test", url]);
      assert.equal(await may(access, { verb: "create", resource: "secrets" }), true);
    });
  });

  it("says in one line that the login is not accepted", async () => {
    await serve(answer(401, { kind: "Status", message: "Unauthorized" }), async (url) => {
      await assert.rejects(connect({ kubeconfig: kubeconfig("test", url) }), {
        message: `cluster ${url} (context test) does not accept the login in its kubeconfig`,
      });
    });
  });

  it("says in one line that nobody listens", async () => {
    const url = await serve(answer(200, {}), (address) => Promise.resolve(address));
    await assert.rejects(connect({ kubeconfig: kubeconfig("test", url) }), {
      message: `cluster ${url} (context test) cannot be reached: connect ECONNREFUSED ${url.slice("http://".length)}`,
    });
  });

  it("says in one line that there is no answer, or no command that logs in", () => {
    assert.equal(explain(new DOMException("aborted", "TimeoutError")), "cannot be reached: no answer in time");
    const spawn = Object.assign(new Error("spawn aws ENOENT"), { code: "ENOENT", syscall: "spawn aws" });
    assert.equal(explain(spawn), "cannot be used: spawn aws ENOENT");
  });
});
