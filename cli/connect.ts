import { once } from "node:events";
import { kubeOf } from "./kubernetes";
import { connectRedis } from "./redis";
import type { Target } from "./target";

/** Keeps the cluster's Redis reachable at the address in the stack's output, until Ctrl-C. */
export async function connect(target: Target): Promise<void> {
  const { host, port, hostname } = new URL(target.redisUrl);
  (await connectRedis(target)).close(); // it answers, or says why not
  if (!target.cluster.commands.portForward) {
    console.log(`Redis is at ${host} already: 'rcluster env --stack ${target.stack}' tells how to join.`);
    return;
  }
  const { forward } = await import("./portForward");
  const open = await forward(await kubeOf(target), { service: target.cluster.names.redis }, 6379, Number(port));
  console.log(`Redis is at ${hostname}:${port} while this runs; Ctrl-C ends it.`);
  await once(process, "SIGINT");
  open.close();
}
