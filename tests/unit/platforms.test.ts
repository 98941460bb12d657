import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

describe("platforms", () => {
  it("load what they need alone: a stack on Docker never loads Kubernetes' packages", () => {
    const script = `
      for (const name of ["config", "docker"]) require("./stacks/" + name);
      console.log(Object.keys(require.cache).filter((file) => /node_modules.@(pulumi.kubernetes|kubernetes).*/.test(file)).length);
    `;
    const loaded = execFileSync(process.execPath, ["--require", "tsx/cjs", "--eval", script]).toString().trim();
    assert.equal(loaded, "0");
  });
});
