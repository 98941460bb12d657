import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { once } from "node:events";
import { openSignedIn } from "../browser";
import { connectRedis } from "../redis";
import { costInWords, lookAtPlace } from "../status/place";
import { openTarget, type Target } from "../target";
import { About, eventStream } from "./events";
import { pageFiles } from "./files";
import { jobLogStream, logStream } from "./logs";
import { serve } from "./server";
import { Watcher } from "./watcher";

export interface UiOptions {
  readonly stack?: string;
  /** Default: the stack's own. */
  readonly queue?: string;
  /** Default: any free one. */
  readonly port?: number;
  /** Whether to open the browser. */
  readonly open: boolean;
}

const secondsBetween = 10;
const mostJobs = 20;

const secondsUntilRunning = 5;

// What starting has left behind would stay for as long as nothing much is added to it.
function forgetStart(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

/** Serves the dashboard until Ctrl-C. */
export async function ui(options: UiOptions): Promise<void> {
  const target = await openTarget(options.stack);
  const queue = options.queue ?? target.queue;
  (await connectRedis(target)).close(); // it answers, or says why not
  const watcher = new Watcher({ queue, connect: () => connectRedis(target) });
  const about = new About(() => describe(target, queue), secondsBetween);
  const { redis, master, workers } = target.cluster.names;
  const pods = target.cluster.platform === "docker" ? [redis, ...workers] : [`${redis}-0`];
  const pages = new Map([
    ...pageFiles(),
    ["/events", eventStream(watcher, about)],
    ["/job-log", jobLogStream(target)],
    [
      "/log",
      logStream(target.cluster, () => [master, ...pods, ...(watcher.seen?.workers ?? []).map(({ host }) => host)]),
    ],
  ]);
  const served = await serve((path) => pages.get(path), options.port ?? 0);
  console.log(`The dashboard of stack ${target.stack} is at ${served.address}\nCtrl-C ends it.`);
  setTimeout(forgetStart, secondsUntilRunning * 1000).unref();
  const stop = new AbortController();
  if (options.open) void openSignedIn(served.page, [served.cookie], stop.signal).catch(() => false); // it is printed
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  stop.abort();
  served.close();
  process.exit(0);
}

async function describe(target: Target, queue: string) {
  const { redis, master } = target.cluster.names;
  const place = await lookAtPlace(target, queue);
  return {
    ...{ stack: target.stack, platform: target.cluster.platform, queue, ...place },
    cost: costInWords(target),
    jobs: place.jobs?.toReversed().slice(0, mostJobs) ?? null,
    logs: [master, target.cluster.platform === "docker" ? redis : `${redis}-0`],
  };
}
