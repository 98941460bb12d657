import * as assert from "node:assert/strict";
import { eventually, seconds } from "../e2e/project";
import { queueValues, samples } from "./dashboard";

/** What cluster_json() tells, as far as it is compared. */
interface Info {
  readonly waiting: number;
  readonly running: number;
  readonly failed: number;
  readonly rate: number;
  readonly workers: readonly { readonly state: string }[];
  readonly jobs: readonly unknown[];
  readonly pools: readonly {
    readonly pool: string;
    readonly workers: number;
    readonly running: number;
    readonly demand: number;
  }[];
}

/** The figures of cluster_json() under the names that the endpoint gives them. */
function figures(info: Info): Record<string, number> {
  const states = ["idle", "busy", "draining", "late"].map((state) => [
    state,
    info.workers.filter((worker) => worker.state === state).length,
  ]);
  const pools = info.pools.flatMap(({ pool, workers, running, demand }) => [
    [`pool:${pool}:workers`, workers],
    [`pool:${pool}:running`, running],
    [`pool:${pool}:demand`, demand],
  ]);
  return {
    waiting: info.waiting,
    running: info.running,
    failed: info.failed,
    workers: info.workers.length,
    jobs: info.jobs.length,
    ...(Object.fromEntries([...states, ...pools]) as Record<string, number>),
  };
}

/** A loop of which some iterations fail, slow enough to be looked at. */
export const slowLoop = `foreach(i = 1:30, .errorhandling = "pass", .options.rcluster = list(chunk = 1)) %dopar% {
  if (i <= 2) stop("no"); Sys.sleep(3); i }`;

/**
 * Compares an endpoint with cluster_json() while a loop runs: what R says before and after a scrape, where it says the
 * same, is what the scrape has to say.
 *
 * @param r runs R code on the master and returns what it prints
 * @param scrape returns the endpoint's text
 */
export async function compareWhileRunning(r: (code: string) => Promise<string>, scrape: () => Promise<string>) {
  const read = async () => JSON.parse(await r("cat(rcluster::cluster_json())")) as Info;
  const loop = r(slowLoop);
  const compared = await eventually(
    "a scrape between two equal answers, of a busy queue",
    async () => {
      const before = await read();
      const { rate, ...seen } = queueValues(samples(await scrape()));
      const after = await read();
      const [first, second] = [figures(before), figures(after)];
      if (first.failed !== 2 || first.running === 0 || JSON.stringify(first) !== JSON.stringify(second))
        return undefined;
      assert.deepEqual(seen, second);
      assert.ok(
        rate !== undefined && Math.abs(rate - after.rate) <= 1,
        `${rate} and ${after.rate} iterations a second`,
      );
      return seen;
    },
    80,
  );
  assert.ok((compared.waiting ?? 0) > 0 && compared.busy === 2 && compared.jobs === 1, JSON.stringify(compared));
  await loop;
  await seconds(1);
  const idle = queueValues(samples(await scrape()));
  assert.deepEqual([idle.waiting, idle.running, idle.idle, idle.jobs], [0, 0, 2, 0]);
}
