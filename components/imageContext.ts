import * as fs from "node:fs";
import * as path from "node:path";

/** What a stack says of its image without editing the files of images/r. */
export interface ImageRecipe {
  /** R packages, `name` or `name@version`. */
  readonly packages?: readonly string[];
  /** Debian packages. */
  readonly apt?: readonly string[];
  /** Path of an renv.lock. */
  readonly renvLock?: string;
  /** Image to start from. Default: `debian:trixie-slim`. */
  readonly base?: string;
  /** CRAN-like repository for what Debian does not have. Default: R's own. */
  readonly repos?: string;
  /** Platform to build for, such as `linux/arm64`. Default: the engine's. */
  readonly platform?: string;
  /** Whether the image keeps compilers, to install packages in a session. Default: false. */
  readonly compilers?: boolean;
}

/**
 * What docker.Image needs to build an image: a staged context, whose paths are relative, so that the state is the same
 * on every machine.
 *
 * @param name tells the contexts of a project's images apart
 */
export function imageBuild(name: string, recipe: ImageRecipe) {
  const staged = path.join(".rcluster", "image", name.replace(/[^\w.-]/g, "-"));
  return {
    context: stageContext(imageSource(), staged, recipe),
    dockerfile: path.join(staged, "Dockerfile"),
    platform: recipe.platform,
    args: {
      BASE: recipe.base ?? "debian:trixie-slim",
      REPOS: recipe.repos ?? "",
      COMPILERS: String(recipe.compilers ?? false),
    },
  };
}

/** The folder images/r of this package, wherever it is installed. */
export function imageSource(): string {
  return path.join(path.dirname(require.resolve("rcluster/package.json")), "images", "r");
}

/**
 * Makes the build context of an image: a copy of `source` with the recipe's additions in it.
 *
 * @returns `target`
 */
export function stageContext(source: string, target: string, recipe: ImageRecipe): string {
  fs.rmSync(target, { recursive: true, force: true });
  fs.cpSync(source, target, { recursive: true });
  append(path.join(target, "packages.txt"), recipe.packages);
  append(path.join(target, "apt.txt"), recipe.apt);
  if (recipe.renvLock) fs.copyFileSync(recipe.renvLock, path.join(target, "renv.lock"));
  return target;
}

function append(list: string, entries: readonly string[] = []): void {
  if (entries.length > 0) fs.appendFileSync(list, ["", ...entries, ""].join("\n"));
}
