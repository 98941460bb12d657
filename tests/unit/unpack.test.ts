import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Readable } from "node:stream";
import { create } from "tar";
import { unpack } from "../../cli/unpack";

describe("what is unpacked", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-unpack-"));
  const [from, to] = ["from", "to"].map((name) => path.join(folder, name)) as [string, string];
  const packed = () => create({ cwd: from, gzip: true }, ["."]) as unknown as Readable;
  beforeEach(() => {
    for (const each of [from, to]) fs.mkdirSync(each);
  });
  afterEach(() => {
    for (const each of [from, to]) fs.rmSync(each, { recursive: true });
  });
  after(() => fs.rmdirSync(folder));

  it("is all there once it is done, however well it was packed", async () => {
    fs.writeFileSync(path.join(from, "zeros"), Buffer.alloc(20_000_000));
    await unpack(packed(), to);
    assert.equal(fs.statSync(path.join(to, "zeros")).size, 20_000_000);
  });

  it("is an error where a file cannot be written", async () => {
    fs.writeFileSync(path.join(from, "file"), "x");
    fs.mkdirSync(path.join(to, "file", "in the way"), { recursive: true });
    await assert.rejects(unpack(packed(), to));
  });

  it("has the links within it, and leaves out those that lead out of it", async () => {
    fs.writeFileSync(path.join(from, "run2"), "x");
    fs.symlinkSync("run2", path.join(from, "latest"));
    fs.symlinkSync("/etc/hostname", path.join(from, "absolute"));
    fs.symlinkSync("../other", path.join(from, "parent"));
    const left: string[] = [];
    await unpack(packed(), to, { strip: 1, leftOut: (link, target) => left.push(`${link}: ${target}`) });
    assert.deepEqual(fs.readdirSync(to).sort(), ["latest", "run2"]);
    assert.equal(fs.readlinkSync(path.join(to, "latest")), "run2");
    assert.deepEqual(left.sort(), ["absolute: /etc/hostname", "parent: ../other"]);
  });
});
