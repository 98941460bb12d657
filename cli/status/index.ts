import { readQueue } from "../queue/read";
import { connectRedis } from "../redis";
import type { Target } from "../target";
import { costInWords, lookAtPlace } from "./place";
import { render } from "./render";
import { statusOf } from "./status";

export interface StatusOptions {
  readonly stack?: string;
  /** Default: the stack's own. */
  readonly queue?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

const secondsBetween = 2;

/** Prints what goes on in a cluster, once or until Ctrl-C. */
export async function status(target: Target, options: StatusOptions): Promise<void> {
  const queue = options.queue ?? target.queue;
  const connection = await connectRedis(target);
  const look = async () => {
    const [seen, place] = await Promise.all([readQueue(connection.redis, queue), lookAtPlace(target, queue)]);
    const found = statusOf(target, queue, seen, place);
    return options.json ? JSON.stringify(found) : render(found, costInWords(target));
  };
  try {
    if (options.watch) await (await import("./watch")).watch(look, secondsBetween, options.json ? "\n" : "\n\n");
    else console.log(await look());
  } finally {
    connection.close();
  }
}
