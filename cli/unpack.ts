import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";

interface UnpackOptions {
  /** Leading folders of each path to leave away. Default: 0. */
  readonly strip?: number;
  readonly signal?: AbortSignal;
  /** What it passes through on its way. */
  readonly through?: NodeJS.ReadWriteStream;
}

/**
 * Unpacks a tar into a folder. It is done once all of it is written, which is after the stream has ended.
 *
 * @throws the first error of a file that could not be written
 */
export async function unpack(tar: Readable, folder: string, options: UnpackOptions = {}): Promise<void> {
  const { strip = 0, signal, through } = options;
  let fault: Error | undefined;
  const unpacker = extract({
    cwd: folder,
    strip,
    maxDecompressionRatio: Infinity, // zeros are data too
    onwarn: (code, message) => {
      if (code !== "TAR_ENTRY_INFO") fault ??= new Error(message);
    },
  });
  const written = new Promise((resolve, reject) => unpacker.once("close", resolve).once("error", reject));
  const streams = [tar, ...(through ? [through] : []), unpacker as unknown as Writable];
  await Promise.all([pipeline(streams, { signal }), written]);
  if (fault) throw fault;
}
