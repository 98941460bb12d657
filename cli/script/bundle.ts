import * as fs from "node:fs";
import * as path from "node:path";
import { exitCodes, Failure } from "../failure";
import { sourcedFiles } from "./sources";

/** A script and the files that go with it: on the cluster each has the place beside the others that it has here. */
export interface Bundle {
  /** The folder here that all paths are relative to. */
  readonly base: string;
  /** The script, relative to it, with slashes. */
  readonly script: string;
  /** Files and folders, the script first, relative to it. */
  readonly paths: readonly string[];
  /** What the script sources and is not here, each as a sentence. */
  readonly notes: readonly string[];
}

/**
 * Finds what a script needs: the files that it sources, and those that they source, as R does from the script's folder.
 *
 * @param others further files and folders, relative to the current folder
 * @throws Failure if the script or one of `others` is not there
 */
export function bundle(script: string, others: readonly string[] = []): Bundle {
  const main = path.resolve(script);
  if (!fs.statSync(main, { throwIfNoEntry: false })?.isFile()) throw absent(script);
  const missing = others.find((file) => !fs.existsSync(file));
  if (missing !== undefined) throw absent(missing);

  const sourced = sources(main);
  const files = [...new Set([main, ...sourced.files, ...others.map((file) => path.resolve(file))])];
  const base = commonFolder(files.map((file) => path.dirname(file)));
  const relative = (file: string) => path.relative(base, file).split(path.sep).join("/");
  return { base, script: relative(main), paths: files.map(relative), notes: sourced.notes };
}

function absent(file: string): Failure {
  return new Failure(`there is no ${file}`, exitCodes.missing);
}

function sources(main: string): { files: string[]; notes: string[] } {
  const folder = path.dirname(main);
  const files: string[] = [];
  const notes: string[] = [];
  const look = (file: string) => {
    for (const name of sourcedFiles(fs.readFileSync(file, "utf8"))) {
      if (/^(~|\/|[A-Za-z]:)/.test(name)) continue; // a place on the cluster, such as /data
      const candidates = [path.resolve(folder, name), path.resolve(path.dirname(file), name)]; // as with chdir = TRUE
      const found = candidates.find((each) => fs.statSync(each, { throwIfNoEntry: false })?.isFile());
      if (!found) notes.push(`${path.relative(folder, file)} sources ${name}, which is not here`);
      else if (found !== main && !files.includes(found)) {
        files.push(found);
        look(found);
      }
    }
  };
  look(main);
  return { files, notes };
}

function commonFolder(folders: readonly string[]): string {
  const [first = "", ...rest] = folders;
  const holds = (folder: string) =>
    rest.every((other) => other === folder || other.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep));
  let folder = first;
  while (!holds(folder)) folder = path.dirname(folder);
  return folder;
}
