import * as assert from "node:assert/strict";
import { fromAnywhere, pulumiFailure } from "../../cli/target";
import type { Cluster } from "../../components/contracts";

describe("what a command reads of a stack", () => {
  const exec = ["kubectl", "--kubeconfig", ".rcluster/k.json", "--context", "c", "exec", "--stdin", "rmaster-0", "--"];

  it("names the kubeconfig so that any folder finds it", () => {
    const cluster = { kubernetes: { context: "c", kubeconfig: ".rcluster/k.json" }, exec } as unknown as Cluster;
    const { kubernetes, exec: found } = fromAnywhere(cluster, "/project");
    assert.equal(kubernetes?.kubeconfig, "/project/.rcluster/k.json");
    assert.deepEqual(found.slice(0, 3), ["kubectl", "--kubeconfig", "/project/.rcluster/k.json"]);
    const docker = { exec: ["docker", "exec", "--interactive", "rmaster"] } as unknown as Cluster;
    assert.equal(fromAnywhere(docker, "/project"), docker);
  });

  for (const [said, line, exitCode] of [
    ["error: no stack named 'x' found\n", "there is no stack x: 'rcluster init x' makes it", 3],
    [
      "error: no stack selected; please use `pulumi stack select`",
      "no stack is selected: 'rcluster init' makes one, --stack NAME names one",
      3,
    ],
    ["warning: old\nerror: incorrect passphrase\n", "incorrect passphrase", 1],
    ["something else\n", "something else", 1],
  ] as const) {
    it(`says of '${said.trim()}': ${line}`, () => {
      const { message, exitCode: code } = pulumiFailure(said);
      assert.deepEqual([message, code], [line, exitCode]);
    });
  }
});
