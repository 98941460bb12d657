import * as assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { provider } from "../../../components/aws/volumesGone";

const kubeconfig = (server: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token: "t" } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    "current-context": "c",
  });
const volume = (name: string, storageClassName: string) => ({ metadata: { name }, spec: { storageClassName } });
const gone = async (server: string) => {
  await provider.delete?.("id", { kubeconfig: kubeconfig(server), storageClass: "own" });
};

/** Serves one list of volumes after the other, the last one for ever; returns how many were asked for. */
async function cluster(lists: object[][], use: (server: string) => Promise<void>): Promise<number> {
  let asked = 0;
  const server = createServer((_request, response) => {
    const items = lists[Math.min(asked++, lists.length - 1)];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ apiVersion: "v1", kind: "PersistentVolumeList", items }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
  return asked;
}

describe("a destroy waits for volumes", () => {
  it("of its own StorageClass, as long as there are any", async () => {
    const other = volume("theirs", "other");
    assert.equal(await cluster([[volume("mine", "own"), other], [other]], gone), 2);
    assert.equal(await cluster([[other]], gone), 1);
  });

  it("not of a cluster that is no more", async () => {
    await gone("http://no-such-cluster.invalid");
  });

  it("and fails where the cluster does not answer for another reason", async () => {
    const closed = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(port));
      });
    });
    await assert.rejects(gone(`http://127.0.0.1:${closed}`));
  });
});
