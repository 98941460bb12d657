// Comments and texts first, so that what looks like a call within one is none.
const tokens =
  /#[^\n]*|(?<![\w.])(?:sys\.)?source\s*\(\s*(?:file\s*=\s*)?(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`\n]*`/g;

/**
 * The files that R code reads by `source("...")`, as they are written there. What it puts together while it runs, or
 * gets from the web, is not among them.
 *
 * @example
 * sourcedFiles('source("R/model.R") # source("old.R")'); // ["R/model.R"]
 */
export function sourcedFiles(code: string): string[] {
  const found = [...code.matchAll(tokens)].map(([, double, single]) => double ?? single);
  const paths = found.filter((path) => path !== undefined).map((path) => path.replace(/\\(.)/g, "$1"));
  return [...new Set(paths)].filter((path) => !/^[a-z]+:\/\//i.test(path));
}
