import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { create } from "tar";
import type { Bundle } from "./bundle";

/** A bundle's archive. */
export interface Packed {
  readonly file: fs.FileHandle;
  readonly size: number;
}

/**
 * Packs a bundle, so that its size is known before it is sent.
 *
 * @param gzip whether to compress it
 */
export async function pack(files: Bundle, gzip: boolean): Promise<Packed> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "rcluster-"));
  try {
    const name = path.join(folder, "files.tar");
    const options = { file: name, cwd: files.base, follow: true, portable: true, gzip };
    await create(
      options,
      files.paths.map((each) => `./${each}`), // a name may begin with an @, which means something to `create`
    );
    const file = await fs.open(name);
    return { file, size: (await file.stat()).size };
  } finally {
    await fs.rm(folder, { recursive: true, force: true }); // what is open stays until it is closed
  }
}

/** Writes an archive as the image's scripts read it: its size, itself, and a word that tells that it is all there. */
export async function send({ file, size }: Packed, to: Writable): Promise<void> {
  to.write(`${size}\n`);
  await pipeline(file.createReadStream(), to, { end: false });
  to.write("end\n");
}
