import { Redis } from "ioredis";
import { exitCodes, Failure } from "./failure";
import { kubeOf } from "./kubernetes";
import type { Target } from "./target";

/** An open connection to a cluster's Redis. */
export interface Connection {
  readonly redis: Redis;
  close(): void;
}

/**
 * Connects to the cluster's Redis, over a port-forward where it is on Kubernetes. The connection mends itself; commands
 * wait for that.
 *
 * @throws Failure if it does not answer in time
 */
export async function connectRedis(target: Target): Promise<Connection> {
  const url = new URL(target.redisUrl);
  const forward = target.cluster.commands.portForward ? await forwardRedis(target) : undefined;
  if (forward) {
    url.hostname = "127.0.0.1";
    url.port = String(forward.port);
  }
  const redis = new Redis(url.href, {
    lazyConnect: true,
    connectTimeout: 5000,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (ready ? Math.min(attempt * 100, 1000) : null),
  });
  let ready = false;
  let trouble = "";
  redis.on("error", (error: Error) => (trouble = error.message));
  const close = () => {
    redis.disconnect();
    forward?.close();
  };
  const patience = forward ? 15 : 5; // seconds
  const late = setTimeout(() => {
    trouble = `nothing heard for ${patience} s`;
    redis.disconnect();
  }, patience * 1000);
  try {
    await redis.connect();
    ready = true;
  } catch (error) {
    close();
    const why = forward?.trouble() ?? (trouble || (error as Error).message);
    throw new Failure(`Redis does not answer: ${why}`, exitCodes.unreachable);
  } finally {
    clearTimeout(late);
  }
  return { redis, close };
}

async function forwardRedis(target: Target) {
  const { forward } = await import("./portForward");
  return forward(await kubeOf(target), { service: target.cluster.names.redis }, 6379);
}
