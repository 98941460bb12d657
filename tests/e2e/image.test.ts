import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { docker, Project } from "./project";

describe("the image", () => {
  const project = new Project();
  const edit = (list: string, line: string) => fs.appendFileSync(project.path("images", "r", list), `\n${line}\n`);
  const restore = (list: string) =>
    fs.copyFileSync(`${__dirname}/../../images/r/${list}`, project.path("images", "r", list));

  before(async () => {
    await project.create({ workers: "2" });
    await project.up();
  });
  after(() => project.remove());

  async function failsWith(message: RegExp): Promise<void> {
    const before = await project.containers();
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, message);
    assert.deepEqual(await project.containers(), before, "the running cluster was touched");
    assert.equal(await project.r("cat(sum(unlist(foreach(i=1:4) %dopar% i)))"), "10");
  }

  it("gets a package from packages.txt, once, and rolls master and workers", async () => {
    const before = await project.containers();
    edit("packages.txt", "jsonlite");
    const { output } = await project.up();
    assert.match(output, /image-built updated/);
    const now = await project.containers();
    for (const [name, id] of before) {
      if (/^(redis|rjobs)/.test(name)) assert.equal(now.get(name), id);
      else assert.notEqual(now.get(name), id, name);
    }
    const value = await project.r(
      "library(jsonlite); cat(foreach(i=1:2, .combine=c, .packages='jsonlite') %dopar% toJSON(i))",
    );
    assert.equal(value, "[1] [2]");
    assert.match((await project.up()).output, /Resources:\s+\d+ unchanged\s/);
  });

  it("gets packages and pins from the config", async () => {
    await project.set({ "image.packages[0]": "praise@1.0.0" });
    await project.up();
    assert.equal(await project.r("cat(format(packageVersion('praise')))"), "1.0.0");
    await project.pulumi(["config", "rm", "image"]);
  });

  it("names a package that does not exist", async () => {
    edit("packages.txt", "nosuchpkg");
    await failsWith(/rcluster image: .*'nosuchpkg'/);
    restore("packages.txt");
  });

  it("names a package and the system library that it lacks", async () => {
    edit("packages.txt", "gsl@2.1-9");
    await failsWith(/rcluster image: .*'gsl'.*gsl-config.*Gnu Scientific Library/);
    restore("packages.txt");
  });

  it("says in one line that an renv.lock is for another R", async () => {
    const lock = { R: { Version: "3.6.3", Repositories: [] }, Packages: {} };
    fs.writeFileSync(project.path("renv.lock"), JSON.stringify(lock));
    await project.set({ "image.renvLock": "renv.lock" });
    await failsWith(/rcluster image: .*renv\.lock.*3\.6\.3/);
    await project.pulumi(["config", "rm", "image"]);
  });

  it("runs on a ref built elsewhere, without building", async () => {
    await project.up();
    const { image } = await project.cluster();
    const ref = `rcluster-${project.stack}:elsewhere`;
    await docker("tag", image, ref);
    await project.set({ "image.ref": ref });
    await project.up();
    assert.equal((await project.cluster()).image, image);
    assert.equal(await project.r("cat(sum(unlist(foreach(i=1:4) %dopar% i)))"), "10");
    await docker("image", "rm", ref);
  });

  it("has no compilers unless asked, and says its size", async () => {
    const { image } = await project.cluster();
    await assert.rejects(docker("run", "--rm", "--entrypoint", "gcc", image, "--version"));
    const size = Number(await docker("image", "inspect", "-f", "{{.Size}}", image)) / 1e6;
    console.log(`      image: ${size.toFixed(0)} MB`);
    assert.ok(size < 800, `${size} MB`);
  });
});
