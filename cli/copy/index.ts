import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { create } from "tar";
import { exitCodes, Failure } from "../failure";
import { interruptible } from "../interrupt";
import { ended, ensureMaster, onMaster } from "../master";
import type { Target } from "../target";
import { progress } from "../terminal";
import { unpack } from "../unpack";
import type { CopyPlan } from "./plan";
import { receive, send } from "./remote";

/** One file or folder on its way. */
interface Transfer {
  readonly target: Target;
  readonly from: string;
  readonly to: string;
  readonly into: boolean;
  readonly signal: AbortSignal;
  /** Counts what passes, for people to see. */
  readonly counter: PassThrough;
}

/**
 * Copies files between this machine and the master. What was there stays as it was until all of a file or folder has
 * arrived.
 *
 * @throws Failure if there is no such file, or a copy did not get through
 */
export async function copy({ direction, from, to, into }: CopyPlan, target: Target): Promise<void> {
  if (direction === "up") for (const file of from) await ensureThere(file);
  await ensureMaster(target);
  const transfer = direction === "up" ? upload : download;
  for (const file of from) {
    await interruptible((signal) =>
      progress(`copying ${file}`, (show) => {
        const counter = countBytes((bytes) => show(`copying ${file}: ${(bytes / 1e6).toFixed(1)} MB`));
        return transfer({ target, from: file, to, into, signal, counter });
      }),
    );
  }
}

async function ensureThere(file: string): Promise<void> {
  await fs.access(file).catch(() => {
    throw new Failure(`there is no ${file}`, exitCodes.missing);
  });
}

async function upload({ target, from, to, into, signal, counter }: Transfer): Promise<void> {
  const { dir, base } = path.parse(path.resolve(from));
  const child = onMaster(target, receive(to, into), { stdio: ["pipe", "ignore", "pipe"], signal });
  const pack = create({ cwd: dir, gzip: { level: 1 }, follow: true }, [`./${base}`]) as unknown as Readable;
  await bothEnds(outcome(child, from), pipeline(pack, counter, child.stdin as Writable, { signal }));
}

async function download({ target, from, to, into, signal, counter }: Transfer): Promise<void> {
  const asFolder = into || (await isFolder(to));
  const folder = asFolder ? to : path.dirname(to);
  if (into) await fs.mkdir(folder, { recursive: true });
  else if (!(await isFolder(folder))) throw new Failure(`there is no folder ${folder}`, exitCodes.missing);
  const aside = await fs.mkdtemp(path.join(folder, ".rcluster."));
  try {
    const child = onMaster(target, send(from), { stdio: ["ignore", "pipe", "pipe"], signal });
    await bothEnds(outcome(child, from), unpack(child.stdout as Readable, aside, { through: counter, signal }));
    const base = path.posix.basename(from);
    await place(path.join(aside, base), path.join(folder, asFolder ? base : path.basename(to)));
  } finally {
    await fs.rm(aside, { recursive: true, force: true });
  }
}

// Where this machine's disk or files are at fault, the other end only sees a stream that breaks off, and the other way
// round.
async function bothEnds(there: Promise<void>, here: Promise<void>): Promise<void> {
  const [remote, local] = await Promise.allSettled([there, here]);
  const faults = [local, remote].flatMap((end) =>
    end.status === "rejected" ? [end.reason as NodeJS.ErrnoException] : [],
  );
  const own = faults.find(({ errno, code }) => errno !== undefined && code !== "EPIPE");
  const fault = own ?? faults.at(-1);
  if (fault) throw fault instanceof Failure ? fault : new Failure(fault.message);
}

async function place(found: string, wanted: string): Promise<void> {
  if ((await isFolder(found)) && (await isFolder(wanted))) await fs.cp(found, wanted, { recursive: true });
  else await fs.rename(found, wanted);
}

async function isFolder(name: string): Promise<boolean> {
  return fs.stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function outcome(child: ChildProcess, from: string): Promise<void> {
  const [code, complaint] = await Promise.all([ended(child), text(child.stderr as Readable)]);
  if (code === exitCodes.missing) throw new Failure(`there is no ${from} on the master`, exitCodes.missing);
  if (code !== 0) throw new Failure(complaint.trim().split("\n").at(-1) || `the copy of ${from} broke off`);
}

function countBytes(show: (bytes: number) => void): PassThrough {
  let bytes = 0;
  return new PassThrough().on("data", (chunk: Buffer) => show((bytes += chunk.length)));
}
