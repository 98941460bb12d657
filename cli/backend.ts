import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { quote } from "../components/quote";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The environment that `pulumi` needs: nothing for a user with a login or a backend of their own; for everybody else
 * a file backend and a passphrase in the project's git-ignored folder `.rcluster`, made on first use. Once made, it
 * stays in use, lest a later login hides a cluster that still runs. A
 * variable that is `undefined` has to be unset.
 *
 * @param root folder of the project
 */
export function backendEnvironment(root: string, env: NodeJS.ProcessEnv = process.env): Variables {
  const folder = path.join(root, ".rcluster");
  const passphrase = path.join(folder, "passphrase");
  const own = {
    PULUMI_BACKEND_URL: pathToFileURL(path.join(folder, "state")).href,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    PULUMI_CONFIG_PASSPHRASE: undefined,
  };
  if (env.PULUMI_BACKEND_URL === own.PULUMI_BACKEND_URL) return own; // of a shell that sourced `.rcluster/env`
  if (env.PULUMI_BACKEND_URL || env.PULUMI_ACCESS_TOKEN) return {};
  if (!fs.existsSync(passphrase)) {
    if (loggedIn(env)) return {};
    fs.mkdirSync(path.join(folder, "state"), { recursive: true, mode: 0o700 });
    fs.chmodSync(folder, 0o700);
    fs.writeFileSync(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  return own;
}

function loggedIn(env: NodeJS.ProcessEnv): boolean {
  const file = path.join(env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi"), "credentials.json");
  if (!fs.existsSync(file)) return false;
  return Boolean((JSON.parse(fs.readFileSync(file, "utf8")) as { current?: string }).current);
}

/**
 * Writes `.rcluster/env`, which a shell sources to make bare `pulumi` work in it.
 *
 * @returns path of the file, relative to `root`
 */
export function writeShellFile(root: string, variables: Variables): string {
  const file = path.join(".rcluster", "env");
  const exports = Object.entries(variables).map(([name, value]) =>
    value === undefined ? `unset ${name}` : `export ${name}=${quote(value)}`,
  );
  const bin = path.join(root, "node_modules", ".bin");
  fs.mkdirSync(path.join(root, ".rcluster"), { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(root, file), [...exports, `export PATH=${quote(bin)}:"$PATH"`, ""].join("\n"), {
    mode: 0o600,
  });
  return file;
}
