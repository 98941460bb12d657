import * as assert from "node:assert/strict";
import { judge, settings, type Answers } from "../../cli/init/settings";

describe("the settings of a new stack", () => {
  const docker: Answers = { stack: "study", platform: "docker", workers: "4" };
  const eks: Answers = { stack: "dev", platform: "eks", workers: "2", region: "eu-west-1", publicAccess: "none" };

  it("are keys as config set --path takes them", () => {
    assert.deepEqual(settings({ ...docker, packages: "sf, data.table@1.17.0" }), [
      ["rcluster:platform", "docker"],
      ["rcluster:workers", "4"],
      ["rcluster:image.packages[0]", "sf"],
      ["rcluster:image.packages[1]", "data.table@1.17.0"],
    ]);
    assert.deepEqual(settings(eks).slice(2), [
      ["aws:region", "eu-west-1"],
      ["rcluster:aws.publicAccess", "none"],
    ]);
    assert.deepEqual(settings({ ...eks, publicAccess: "203.0.113.7/32,198.51.100.0/24" }).slice(3), [
      ["rcluster:aws.publicAccess[0]", "203.0.113.7/32"],
      ["rcluster:aws.publicAccess[1]", "198.51.100.0/24"],
    ]);
  });

  for (const [fault, answers] of Object.entries<[RegExp, Answers]>({
    platform: [
      /^config platform: "moon" is not allowed; allowed: docker, kubernetes, eks$/,
      { ...docker, platform: "moon" },
    ],
    workers: [/^config workers: "-1" is not allowed/, { ...docker, workers: "-1" }],
    packages: [/^config image\.packages\[1\]: "b_" is not allowed/, { ...docker, packages: "a b_" }],
    registry: [/^config registry: is not set/, { ...docker, platform: "kubernetes" }],
    region: [/^config aws:region: "" is not allowed; allowed: a region such as eu-west-1$/, { ...eks, region: "" }],
    "public access": [/^config aws\.publicAccess: is not set/, { ...eks, publicAccess: "" }],
    stack: [/^stack "a b" is not allowed/, { ...docker, stack: "a b" }],
  })) {
    const [message, bad] = answers;
    it(`refuse a bad ${fault} in one line`, () => assert.throws(() => judge(bad), { message, exitCode: 2 }));
  }

  it("are accepted where they are good", () => {
    for (const answers of [docker, eks, { ...docker, platform: "kubernetes", registry: "registry.example.org/team" }])
      judge(answers);
  });
});
