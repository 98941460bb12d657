import * as fs from "node:fs";
import * as path from "node:path";

/** What a stack adds to the image without editing the files of images/r. */
export interface ImageAdditions {
  /** R packages, `name` or `name@version`. */
  readonly packages?: readonly string[];
  /** Debian packages. */
  readonly apt?: readonly string[];
  /** Path of an renv.lock. */
  readonly renvLock?: string;
}

/** The folder images/r of this package, wherever it is installed. */
export function imageSource(): string {
  return path.join(path.dirname(require.resolve("rcluster/package.json")), "images", "r");
}

/**
 * Makes the build context of an image: a copy of `source` with the additions in it.
 *
 * @returns `target`
 */
export function stageContext(source: string, target: string, additions: ImageAdditions): string {
  fs.rmSync(target, { recursive: true, force: true });
  fs.cpSync(source, target, { recursive: true });
  append(path.join(target, "packages.txt"), additions.packages);
  append(path.join(target, "apt.txt"), additions.apt);
  if (additions.renvLock) fs.copyFileSync(additions.renvLock, path.join(target, "renv.lock"));
  return target;
}

function append(list: string, entries: readonly string[] = []): void {
  if (entries.length > 0) fs.appendFileSync(list, ["", ...entries, ""].join("\n"));
}
