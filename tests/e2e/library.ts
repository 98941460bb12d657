import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { command, success } from "./project";

const checkout = path.resolve(__dirname, "../..");

/** An empty Pulumi project that has rcluster as a dependency. */
export class Library {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-library-"));
  private readonly env = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${this.folder}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
  };

  async create(): Promise<void> {
    const packed = await success("npm", ["pack", "--silent", "--pack-destination", this.folder], { cwd: checkout });
    this.write("Pulumi.yaml", "name: own\nruntime: nodejs\n");
    this.write("package.json", '{"name": "own", "private": true, "main": "index.ts"}');
    const compilerOptions = { strict: true, module: "nodenext", target: "es2023", types: ["node"], skipLibCheck: true };
    this.write("tsconfig.json", JSON.stringify({ compilerOptions }));
    const file = packed.trim().split("\n").at(-1) ?? "";
    await this.run("npm", "install", "--no-audit", "--no-fund", `./${file}`);
    await this.run("npx", "pulumi", "stack", "init", "own");
  }

  /** Type-checks a program and returns what its preview shows. */
  async preview(program: string): Promise<string> {
    this.write("index.ts", program);
    const modules = path.join(checkout, "node_modules");
    await this.run(path.join(modules, ".bin", "tsc"), "--noEmit", "--typeRoots", path.join(modules, "@types"));
    const { code, output } = await command("npx", ["pulumi", "preview", "--stack", "own"], this.options);
    assert.equal(code, 0, output);
    return output;
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private get options() {
    return { cwd: this.folder, env: this.env };
  }

  private write(name: string, text: string): void {
    fs.writeFileSync(path.join(this.folder, name), text);
  }

  private async run(program: string, ...args: string[]): Promise<void> {
    await success(program, args, this.options);
  }
}
