import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Header } from "tar";
import { jobsPath, passwordFile, type DockerJobs as Made } from "../../components/contracts";
import type { Bundle } from "../script/bundle";
import { pack, send, type Packed } from "../script/pack";
import type { Target } from "../target";
import { belonging, run } from "./command";
import type { Jobs, SubmitOptions } from "./index";
import { jobOf, lives, parseStatus, type Job } from "./job";

/** The label of a job's container: its id. */
const label = "rcluster.job";

// Run by the shell of the container that jobs belong to: it has their volume, and sees their processes. A job has ended
// once its status says so, or its process is gone; all that it printed is in its log then.
const aliveFunction =
  'alive() { grep -qs "$1" "/proc/$(sed -n "s/^pid //p" "$1/status")/cmdline"; }; cd "$1" 2>/dev/null || exit 4';
const listScript = `${aliveFunction}
for job in "$1"/*/; do
  job=\${job%/}
  [ -e "$job/status" ] || continue
  echo "== \${job##*/}"; cat "$job/status"
  ! alive "$job" || echo 'alive yes'
done`;
const followScript = `${aliveFunction}
exec 3<&0
ended() { grep -q '^end ' status || ! alive "$1"; }
until [ -e log ]; do ! ended "$1" || exit 0; sleep 0.2; done
exec 5<log
{ while read -r _ <&3; do :; done; kill -s TERM $$; } >/dev/null 2>&1 & listener=$!
trap 'kill "$cat" 2>/dev/null; exit' TERM
while
  last=; ! ended "$1" || last=yes
  cat <&5 & cat=$!
  wait "$cat"
  [ -z "$last" ]
do sleep 0.2; done
kill "$listener"`;

/** Jobs as containers beside the stack's own, all in the process namespace of the container that they belong to. */
export class DockerJobs implements Jobs {
  constructor(
    private readonly target: Target,
    private readonly made: Made,
  ) {}

  async list(): Promise<Job[]> {
    const files = await this.anchor(["sh", "-c", listScript, "sh", jobsPath]);
    const jobs = files
      .split(/^== /m)
      .filter(Boolean)
      .map((part) => {
        const id = part.slice(0, part.indexOf("\n"));
        const status = parseStatus(part.slice(id.length + 1));
        return jobOf(id, status, "alive" in status);
      });
    return jobs.sort((one, other) => (one.created ?? "").localeCompare(other.created ?? ""));
  }

  async submit(id: string, files: Bundle, args: readonly string[], { signal }: SubmitOptions): Promise<void> {
    const archive = await pack(files, false);
    try {
      await this.start(id, files, args, archive, signal);
    } finally {
      await archive.file.close();
    }
  }

  private async start(id: string, files: Bundle, args: readonly string[], archive: Packed, signal: AbortSignal) {
    const name = this.container(id);
    const [, ...start] = this.made.start;
    const own = ["--name", name, "--label", `${label}=${id}`, this.target.cluster.image];
    const folder = `${jobsPath}/${id}`;
    await docker([...start, ...own, folder, files.script, ...args]);
    try {
      signal.throwIfAborted();
      await docker(["cp", "-", `${name}:/`], { input: (to) => to.end(this.passwordTar()) });
      await docker(["exec", "--interactive", name, "rcluster-receive", folder], {
        input: async (to) => {
          await send(archive, to);
          to.end();
        },
        signal,
      });
    } catch (error) {
      await docker(["rm", "--force", name]).catch(() => undefined);
      await this.anchor(["rm", "-rf", folder]).catch(() => undefined);
      throw error;
    }
  }

  async logs(job: Job, follow: boolean, to: Writable, signal: AbortSignal): Promise<void> {
    const folder = `${jobsPath}/${job.id}`;
    const live = follow && lives(job);
    const command = live
      ? ["sh", "-c", followScript, "sh", folder]
      : ["sh", "-c", '[ ! -e "$1/log" ] || cat "$1/log"', "sh", folder];
    await docker(["exec", ...(live ? ["--interactive"] : []), this.made.anchor, ...command], {
      ...(live && { input: () => undefined }), // stays open for as long as somebody listens
      output: (from) => pipeline(from, to, { end: false }),
      signal,
    });
  }

  async output(job: Job, use: (tar: Readable) => Promise<void>, signal: AbortSignal): Promise<void> {
    await docker(["cp", `${this.made.anchor}:${jobsPath}/${job.id}/output`, "-"], { output: use, signal });
  }

  async fetched(job: Job): Promise<void> {
    await this.anchor(["sh", "-c", 'echo "fetched yes" >>"$1/status"', "sh", `${jobsPath}/${job.id}`]);
  }

  async cancel(job: Job): Promise<void> {
    await docker(["stop", "--time", "15", this.container(job.id)]).catch((error: unknown) => {
      if (!/no such container/i.test(String(error))) throw error; // it has ended meanwhile
    });
  }

  async remove(job: Job): Promise<void> {
    await docker(["rm", "--force", this.container(job.id)]).catch(() => undefined);
    await this.anchor(["rm", "-rf", `${jobsPath}/${job.id}`]);
  }

  private container(id: string): string {
    return `${this.made.anchor}-${id}`;
  }

  private async anchor(command: readonly string[]): Promise<string> {
    const { anchor } = this.made;
    return belonging(anchor, this.target.stack, docker(["exec", anchor, ...command]));
  }

  // Docker unpacks it into the container: the password is in no argument, no variable and no volume.
  private passwordTar(): Buffer {
    const password = decodeURIComponent(new URL(this.target.redisUrl).password);
    const user = this.made.start[this.made.start.indexOf("--user") + 1] ?? "";
    const [uid, gid] = user.split(":").map(Number);
    const content = Buffer.from(password);
    const header = new Header({
      path: passwordFile.slice(1),
      type: "File",
      size: content.length,
      mode: 0o400,
      uid,
      gid,
    });
    const block = Buffer.alloc(512);
    header.encode(block);
    const padding = Buffer.alloc(512 - (content.length % 512) + 1024);
    return Buffer.concat([block, content, padding]);
  }
}

async function docker(args: readonly string[], options: Parameters<typeof run>[1] = {}): Promise<string> {
  return run(["docker", ...args], options);
}
