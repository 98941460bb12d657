import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { IdeArgs } from "../components/contracts";
import { download } from "../components/download";
import type { Names } from "../components/environment";
import { idePort } from "../components/ide";
import type { IdeLayer } from "../components/imageContext";
import type { ClusterConfig } from "./config";

type Given = Readonly<Record<string, unknown>>;

/** What is wrong with the config's keys of the IDE taken together, in one line. */
export function ideConflict({ ide = "none", rstudio, master, image }: Given): string | undefined {
  const has = (object: unknown, key: string) => (object as Given | undefined)?.[key] !== undefined;
  if (ide === "none" && has(master, "idePort")) {
    return "config master.idePort: has no effect without an IDE; allowed: with ide jupyter or rstudio, or without this key";
  }
  if (rstudio !== undefined && (ide !== "rstudio" || has(image, "ref"))) {
    const why = ide === "rstudio" ? "with image.ref, an image that brings its IDE" : `with ide ${String(ide)}`;
    return `config rstudio: has no effect ${why}; allowed: ide rstudio without image.ref, or without this key`;
  }
  if (ide === "rstudio" && rstudio === undefined && !has(image, "ref")) {
    return "config rstudio.url: is not set; allowed: the http(s) address of RStudio Server's .deb, with rstudio.sha256";
  }
  return undefined;
}

/**
 * The master's IDE, and what puts it into the image; nothing where there is to be none.
 *
 * @throws RunError if its port in the container is published for something else, or RStudio's package is not to be had
 */
export async function ideOf(
  { ide: kind, rstudio, master, image }: Pick<ClusterConfig, "ide" | "rstudio" | "master" | "image">,
  names: Pick<Names, "idePort">,
): Promise<{ readonly ide?: IdeArgs; readonly layer?: IdeLayer }> {
  if (kind === "none") return {};
  if (master.ports.some(({ internal }) => internal === idePort)) {
    throw new pulumi.RunError(`config master.ports: ${idePort} of the master is the IDE's; allowed: another port`);
  }
  const ide = { kind, port: master.idePort ?? names.idePort };
  if (image.ref !== undefined) return { ide };
  return { ide, layer: kind === "jupyter" ? { kind } : { kind, deb: await fetched(rstudio) } };
}

async function fetched(rstudio: ClusterConfig["rstudio"]): Promise<string> {
  const { url = "", sha256 = "" } = rstudio ?? {};
  const file = path.join(".rcluster", "downloads", `${sha256}.deb`);
  try {
    await download(url, sha256, file, (line) => void pulumi.log.info(`RStudio Server: ${line}`));
  } catch (error) {
    const allowed = "the address of a .deb that has the SHA-256 of rstudio.sha256";
    throw new pulumi.RunError(`config rstudio.url: ${(error as Error).message}; allowed: ${allowed}`);
  }
  return file;
}
