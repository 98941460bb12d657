import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { promisify } from "node:util";
import { RunError } from "@pulumi/pulumi";
import type { Engine } from "./engine";

const run = promisify(execFile);

/**
 * Makes sure that the engine can build an image for a platform that is not its own, which takes an emulator.
 *
 * @throws RunError with one line if it cannot
 */
export async function checkEmulation(engine: Engine, platform: string): Promise<void> {
  if (platform === engine.platform || (await emulated()).includes(platform)) return;
  const architecture = platform.replace("linux/", "");
  throw new RunError(
    `config image.platform: "${platform}" is not allowed; allowed: ${engine.platform}, which this Docker engine has, ` +
      `or any other after 'docker run --privileged --rm tonistiigi/binfmt --install ${architecture}'`,
  );
}

async function emulated(): Promise<string> {
  const builder = await run("docker", ["buildx", "inspect"]).catch(() => undefined);
  if (builder) return builder.stdout;
  const folder = "/proc/sys/fs/binfmt_misc";
  const names: Readonly<Record<string, string>> = { "qemu-aarch64": "linux/arm64", "qemu-x86_64": "linux/amd64" };
  const registered = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return registered.map((name) => names[name] ?? "").join();
}
