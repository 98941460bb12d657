import * as fs from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream";
import type { Handler } from "./server";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The files of the page, and the library that draws its charts, by path. Nothing else is ever read. */
export function pageFiles(): ReadonlyMap<string, Handler> {
  const folder = path.join(__dirname, "page");
  const own = fs.readdirSync(folder).map((name) => [`/${name}`, path.join(folder, name)] as const);
  const charts = path.join(path.dirname(require.resolve("uplot/package.json")), "dist");
  const files = [
    ...own,
    ["/", path.join(folder, "index.html")] as const,
    ["/uplot.js", path.join(charts, "uPlot.esm.js")] as const,
    ["/uplot.css", path.join(charts, "uPlot.min.css")] as const,
  ];
  return new Map(files.map(([address, file]) => [address, sends(file)]));
}

function sends(file: string): Handler {
  return (_url, _request, response) => {
    response.setHeader("Content-Type", types[path.extname(file)] ?? "text/plain");
    pipeline(fs.createReadStream(file), response, () => undefined); // it ends the answer where that fails
  };
}
