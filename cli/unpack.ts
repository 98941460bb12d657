import * as path from "node:path";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type ReadEntry } from "tar";

interface UnpackOptions {
  /** Leading folders of each path to leave away. Default: 0. */
  readonly strip?: number;
  readonly signal?: AbortSignal;
  /** What it passes through on its way. */
  readonly through?: NodeJS.ReadWriteStream;
  /** Told each symbolic link that is left out: it leads out of the folder, or cannot be made here. */
  readonly leftOut?: (link: string, target: string) => void;
}

/**
 * Unpacks a tar into a folder. It is done once all of it is written, which is after the stream has ended.
 *
 * @throws the first error of a file that could not be written
 */
export async function unpack(tar: Readable, folder: string, options: UnpackOptions = {}): Promise<void> {
  const { strip = 0, signal, through, leftOut } = options;
  let fault: Error | undefined;
  const unpacker = extract({
    cwd: folder,
    strip,
    maxDecompressionRatio: Infinity, // zeros are data too
    filter: (_, entry) => {
      // It would be made relative, and lead nowhere.
      if (!isLink(entry) || !path.posix.isAbsolute(entry.linkpath)) return true;
      leftOut?.(entry.path.split("/").slice(strip).join("/"), entry.linkpath);
      return false;
    },
    onwarn: (code, message, data: object) => {
      if (code === "TAR_ENTRY_INFO") return;
      if ("entry" in data && isLink(data.entry)) leftOut?.(data.entry.path, data.entry.linkpath);
      else fault ??= new Error(message);
    },
  });
  const written = new Promise((resolve, reject) => unpacker.once("close", resolve).once("error", reject));
  const streams = [tar, ...(through ? [through] : []), unpacker as unknown as Writable];
  await Promise.all([pipeline(streams, { signal }), written]);
  if (fault) throw fault;
}

function isLink(entry: unknown): entry is ReadEntry & { linkpath: string } {
  return (entry as ReadEntry | undefined)?.type === "SymbolicLink";
}
