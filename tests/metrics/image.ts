import * as path from "node:path";
import { docker } from "../e2e/project";

/** Builds the exporter's image from Debian's package, under a name. */
export async function buildExporter(name: string): Promise<string> {
  await docker("build", "--quiet", "--tag", name, path.resolve(__dirname));
  return name;
}
