import * as fs from "node:fs";
import * as path from "node:path";
import { interpolate, type Input, type Output } from "@pulumi/pulumi";

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
  const staged = stagedFolder(name);
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

/** An IDE to be put on top of an image. */
export type IdeLayer =
  | { readonly kind: "jupyter" }
  /** `deb`: path of RStudio Server's package. */
  | { readonly kind: "rstudio"; readonly deb: string };

/** An image as the engine knows it. */
export interface BuiltImage {
  readonly imageName: Input<string>;
  /** Its digest or id. */
  readonly ref: Output<string>;
}

/**
 * What docker.Image needs to build an image with an IDE from another one, which is left as it is: workers run that, and
 * do not notice whether the master has an IDE.
 *
 * @param name tells the contexts of a project's images apart
 */
export function ideBuild(name: string, ide: IdeLayer, base: BuiltImage, platform?: string) {
  const staged = stagedFolder(`${name}-${ide.kind}`);
  copyAnew(path.join(imageSource(), "ide", ide.kind), staged);
  if (ide.kind === "rstudio") fs.copyFileSync(ide.deb, path.join(staged, "rstudio.deb"));
  return {
    context: staged,
    dockerfile: path.join(staged, "Dockerfile"),
    platform,
    args: { IMAGE: base.imageName, IMAGE_ID: base.ref },
  };
}

/** Name of the image with an IDE, beside that of the one without. */
export function ideImageName(imageName: Input<string>, { kind }: IdeLayer): Output<string> {
  return interpolate`${imageName}_${kind}`;
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
  copyAnew(source, target);
  append(path.join(target, "packages.txt"), recipe.packages);
  append(path.join(target, "apt.txt"), recipe.apt);
  if (recipe.renvLock) fs.copyFileSync(recipe.renvLock, path.join(target, "renv.lock"));
  return target;
}

function stagedFolder(name: string): string {
  return path.join(".rcluster", "image", name.replace(/[^\w.-]/g, "-"));
}

function copyAnew(source: string, target: string): void {
  fs.rmSync(target, { recursive: true, force: true });
  fs.cpSync(source, target, { recursive: true });
}

function append(list: string, entries: readonly string[] = []): void {
  if (entries.length > 0) fs.appendFileSync(list, ["", ...entries, ""].join("\n"));
}
