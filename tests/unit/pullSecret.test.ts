import * as assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { parseConfig } from "../../stacks/config";
import { pullSecretOf } from "../../stacks/kubernetes/parts";
import { ofType, register } from "./mocks";

const context = { namespace: "stats", instance: "lab" };

describe("the Secret to pull with", () => {
  for (const platform of ["kubernetes", "eks"]) {
    it(`holds the login to the registry of an image built elsewhere, on platform ${platform}`, async () => {
      const ref = "registry.example.org/team/r:1";
      const config = parseConfig({
        platform,
        image: JSON.stringify({ ref, platform: "linux/amd64", username: "me", password: "hush" }),
        ...(platform === "eks" && { aws: '{"publicAccess":"none"}' }),
      });
      const made = await register(() => pullSecretOf(config, context, new k8s.Provider("kubernetes")));
      const [secret] = ofType(made, "kubernetes:Secret");
      assert.equal(secret?.inputs.type, "kubernetes.io/dockerconfigjson");
      assert.match(JSON.stringify(secret.inputs.stringData), /registry\.example\.org\\*":/);
    });
  }

  it("is one for Docker Hub where the image's name has no host", async () => {
    const image = JSON.stringify({ ref: "team/r:1", username: "me", password: "hush" });
    const config = parseConfig({ platform: "kubernetes", image });
    const made = await register(() => pullSecretOf(config, context, new k8s.Provider("kubernetes")));
    const [secret] = ofType(made, "kubernetes:Secret");
    assert.match(JSON.stringify(secret?.inputs.stringData), /https:\/\/index\.docker\.io\/v1\/\\*":/);
  });
});
