import * as assert from "node:assert/strict";
import * as path from "node:path";
import { command, docker, type Result } from "./project";

const image = "rcluster-e2e-r";
const source = path.resolve(__dirname, "../../images/r");

describe("the R packages", () => {
  before(() => docker("build", "--quiet", "--tag", image, path.join(__dirname, "r")));

  async function run(...args: string[]): Promise<Result> {
    const mounts = ["--volume", `${source}:/source:ro`, "--volume", `${__dirname}/r:/tests:ro`];
    return command("docker", ["run", "--rm", "--env", "RCLUSTER_CASES=3000", ...mounts, image, ...args]);
  }

  it("pass R CMD check, their own tests included, without errors or warnings", async () => {
    const { code, output } = await run("/tests/check.sh", "/source/rcluster", "/source/doRedis");
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /\.\.\. (ERROR|WARNING)/, output);
    const results = [...output.matchAll(/\[ FAIL (\d+) \| WARN \d+ \| SKIP (\d+) \| PASS (\d+) \]/g)];
    assert.equal(results.length, 2, output);
    for (const [line, failed, skipped, passed] of results) {
      assert.ok(failed === "0" && skipped === "0" && Number(passed) > 20, line);
    }
  });

  for (const server of [["redis-server"], ["valkey-server"], ["redis-server", "cluster"]]) {
    it(`work with an ACL user over TLS on ${server.join(", ")}`, async () => {
      const { code, output } = await run("/tests/servers.sh", ...server);
      assert.equal(code, 0, output);
      assert.match(output, /all right/);
      assert.match(output, /WRONGPASS/);
    });
  }

  it("serve and use the doRedis of CRAN", async () => {
    const { code, output } = await run("/tests/stock.sh");
    assert.equal(code, 0, output);
    assert.match(output, /rcluster's coordinator: all right/);
    assert.match(output, /the coordinator of CRAN: all right/);
  });

  it("and the scripts of the image follow their style", async () => {
    const scripts = await run(
      "sh",
      "-c",
      "shellcheck -x -P /source/bin /source/bin/* /source/build/*.sh /source/lib/*.sh /tests/*.sh",
    );
    assert.equal(scripts.code, 0, scripts.output);
  });
});
