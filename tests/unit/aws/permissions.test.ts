import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { register } from "../mocks";
import { permissions, policyFor } from "./permissions";
import { everything } from "./program";

const file = "docs/aws-permissions.json";

describe("the IAM policy for a user of platform eks", () => {
  it("follows from the resource types of a stack with everything in it", async () => {
    const made = await register(everything({ encryption: "own", ecrEndpoints: true }));
    const types = [...new Set(made.map(({ type }) => type))].filter((type) => type.startsWith("aws:")).sort();
    assert.deepEqual(
      types.filter((type) => permissions[type] === undefined),
      [],
      "types without permissions",
    );
    assert.deepEqual(
      Object.keys(permissions).filter((type) => !types.includes(type)),
      [],
      "permissions that nothing needs",
    );
    const policy = `${JSON.stringify(policyFor(types), undefined, 2)}\n`;
    if (process.env.UPDATE_DOCS) fs.writeFileSync(file, policy);
    assert.equal(fs.readFileSync(file, "utf8"), policy, `UPDATE_DOCS=1 npm run test:unit writes ${file}`);
  });
});
