import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { backendEnvironment, writeShellFile } from "../../cli/backend";

describe("Pulumi's backend", () => {
  let root = "";
  let env: NodeJS.ProcessEnv = {};
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-backend-"));
    env = { PULUMI_HOME: path.join(root, "home") };
  });
  const login = () => {
    fs.mkdirSync(path.join(root, "home"));
    fs.writeFileSync(path.join(root, "home", "credentials.json"), '{"current":"https://api.pulumi.com"}');
  };
  const mode = (file: string) => (fs.statSync(path.join(root, file)).mode & 0o777).toString(8);

  it("is a folder of the project's for a user without a login, the same each time", () => {
    const first = backendEnvironment(root, env);
    assert.match(first.PULUMI_BACKEND_URL ?? "", /^file:\/\/.*\/\.rcluster\/state$/);
    const passphrase = fs.readFileSync(first.PULUMI_CONFIG_PASSPHRASE_FILE ?? "", "utf8");
    assert.ok(passphrase.length >= 32);
    assert.deepEqual(backendEnvironment(root, env), first);
    assert.equal(fs.readFileSync(first.PULUMI_CONFIG_PASSPHRASE_FILE ?? "", "utf8"), passphrase);
    assert.equal(mode(".rcluster"), "700");
    assert.equal(mode(".rcluster/passphrase"), "600");
  });

  it("is the same in a shell that sourced the file", () => {
    const first = backendEnvironment(root, env);
    assert.deepEqual(backendEnvironment(root, { ...env, ...first }), first);
  });

  it("is the user's own where there is a login, a token or a url", () => {
    login();
    assert.deepEqual(backendEnvironment(root, env), {});
    assert.deepEqual(backendEnvironment(root, { PULUMI_ACCESS_TOKEN: "t", PULUMI_HOME: "/none" }), {});
    assert.deepEqual(backendEnvironment(root, { PULUMI_BACKEND_URL: "s3://b", PULUMI_HOME: "/none" }), {});
    assert.ok(!fs.existsSync(path.join(root, ".rcluster")));
  });

  it("stays the project's folder when the user logs in later: a cluster may be running", () => {
    const before = backendEnvironment(root, env);
    login();
    assert.deepEqual(backendEnvironment(root, env), before);
  });

  it("is written for a shell to source, quoted", () => {
    const file = writeShellFile(root, { PULUMI_BACKEND_URL: "file:///it's here" });
    assert.match(
      fs.readFileSync(path.join(root, file), "utf8"),
      /^export PULUMI_BACKEND_URL='file:\/\/\/it'\\''s here'$/m,
    );
    assert.equal(mode(file), "600");
    assert.match(
      fs.readFileSync(path.join(root, writeShellFile(root, { PULUMI_CONFIG_PASSPHRASE: undefined })), "utf8"),
      /^unset PULUMI_CONFIG_PASSPHRASE$/m,
    );
  });
});
