import * as assert from "node:assert/strict";
import { planCopy } from "../../cli/copy/plan";

describe("rcluster cp", () => {
  const cases: readonly [string[], string, ReturnType<typeof planCopy>][] = [
    [["a.csv"], ":", { direction: "up", from: ["a.csv"], to: "/data", into: true }],
    [["a.csv"], ":b.csv", { direction: "up", from: ["a.csv"], to: "/data/b.csv", into: false }],
    [["a", "b"], ":raw", { direction: "up", from: ["a", "b"], to: "/data/raw", into: true }],
    [[":x/../y/"], ".", { direction: "down", from: ["/data/y"], to: ".", into: true }],
    [[":/data/y"], "z", { direction: "down", from: ["/data/y"], to: "z", into: false }],
  ];
  for (const [from, to, plan] of cases) {
    it(`${from.join(" ")} ${to} goes ${plan.direction} to ${plan.to}`, () =>
      assert.deepEqual(planCopy(from, to), plan));
  }

  it("refuses paths outside of /data, and copies that stay on one side", () => {
    assert.throws(() => planCopy([":../etc/passwd"], "."), {
      message: /^:\.\.\/etc\/passwd is not allowed/,
      exitCode: 2,
    });
    for (const paths of [["a", "b"], [":a", ":b"], ["a", ":b", "c"], ["a"]]) {
      assert.throws(() => planCopy(paths.slice(0, -1), paths.at(-1) ?? ""), {
        message: /^one side has to be/,
        exitCode: 2,
      });
    }
  });
});
