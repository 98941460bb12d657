import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const reportSeconds = 2;
const silenceSeconds = 60;

/**
 * Fetches a file, unless it is there already.
 *
 * @param sha256 what the file has to be; whatever else comes is not kept
 * @param file where to keep it
 * @param log gets a line every 2 seconds
 * @throws Error in one line if the address does not answer, or with another file
 */
export async function download(
  url: string,
  sha256: string,
  file: string,
  log: (line: string) => void = () => undefined,
): Promise<void> {
  if (fs.existsSync(file)) return;
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.${process.pid}`;
  try {
    const found = await save(url, partial, log).catch((error: unknown) => {
      throw explained(url, error);
    });
    if (found !== sha256) throw new Error(`the file at ${url} has the SHA-256 ${found}, not ${sha256}`);
    fs.renameSync(partial, file);
  } finally {
    fs.rmSync(partial, { force: true });
  }
}

// Returns the SHA-256 of what came.
async function save(url: string, file: string, log: (line: string) => void): Promise<string> {
  const stop = new AbortController();
  const silent = () => stop.abort(new Error(`${url} has sent nothing for ${silenceSeconds} s`));
  const patience = setTimeout(silent, silenceSeconds * 1000);
  const hash = createHash("sha256");
  try {
    const response = await fetch(url, { signal: stop.signal });
    if (!response.ok || !response.body) throw new Error(`${url} answers ${response.status} ${response.statusText}`);
    const total = megabytes(Number(response.headers.get("content-length") ?? 0));
    let got = 0;
    let told = Date.now();
    const counted = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        patience.refresh();
        hash.update(chunk);
        got += chunk.length;
        if (Date.now() - told >= reportSeconds * 1000) {
          told = Date.now();
          log(`${megabytes(got)} of ${total || "?"} MB`);
        }
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body), counted, fs.createWriteStream(file, { mode: 0o600 }));
    return hash.digest("hex");
  } finally {
    clearTimeout(patience);
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

// fetch says only that it failed, and its cause why.
function explained(url: string, error: unknown): Error {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? new Error(`${url} cannot be reached: ${cause.message}`) : (error as Error);
}
