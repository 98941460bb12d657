import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { command, Project } from "./project";

const tracked = () => execFileSync("git", ["status", "--porcelain"], { cwd: `${__dirname}/../..` }).toString();

describe("npm start", () => {
  const project = new Project();
  const before = tracked();
  after(() => project.remove());

  function tasks(output: string): number {
    const table = output.slice(output.indexOf("worker tasks"));
    return [...table.matchAll(/^\s*rworker-\S+\s+(\d+)$/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
  }

  for (const time of ["first", "second"]) {
    it(`the ${time} time ends with the results of 100 tasks and what to try next`, async () => {
      const { code, output } = await project.npm("start", [project.stack]);
      assert.equal(code, 0, output);
      assert.match(output, /^100 tasks done, mean of their values 0\.[3-6]\d+$/m);
      assert.equal(tasks(output), 100);
      assert.match(output, new RegExp(`docker exec -it rmaster-${project.stack} R`));
      assert.match(output, /source \.rcluster\/env/);
    });
  }

  it("makes plain pulumi work in a shell that sources the file", async () => {
    const script = `. .rcluster/env && pulumi stack output queue --stack ${project.stack}`;
    const { code, output } = await command("sh", ["-c", script], { cwd: project.folder });
    assert.equal(code, 0, output);
    assert.equal(output.trim(), "jobs");
  });

  it("keeps what it needs for itself readable by the user alone", () => {
    assert.equal(fs.statSync(project.path(".rcluster")).mode & 0o77, 0);
    assert.equal(fs.statSync(project.path(".rcluster", "passphrase")).mode & 0o77, 0);
  });

  it("npm run down ends it and leaves nothing", async () => {
    const { code, output } = await project.npm("down", [project.stack]);
    assert.equal(code, 0, output);
    assert.deepEqual(await project.leftovers(), []);
  });

  it("leaves the checkout as it was", () => {
    assert.equal(tracked(), before);
  });
});
