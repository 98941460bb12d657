import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes, Failure } from "../failure";

const patienceSeconds = 60;

/**
 * Waits until a server answers.
 *
 * @param master name of what it runs in, whose log tells why it does not come up
 * @throws Failure after a minute
 */
export async function answers(url: string, title: string, master: string, signal: AbortSignal): Promise<void> {
  const end = Date.now() + patienceSeconds * 1000;
  while (Date.now() < end) {
    if (await responds(url, signal)) return;
    await sleep(250, undefined, { signal });
  }
  const why = `the log of ${master} tells why, in lines of rcluster-ide`;
  throw new Failure(`${title} does not answer at ${url}: ${why}`, exitCodes.unreachable);
}

async function responds(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
    const { status } = await fetch(url, { redirect: "manual", signal: limit });
    return status < 500;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
