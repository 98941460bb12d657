import * as net from "node:net";
import { docker } from "../e2e/project";
import { freeze, Redis, sleep } from "./lab";
import type { Lane } from "./lane";

/** More than may wait for a server to accept them. */
const crowd = 600;

/** Makes a paused server's address silent: Linux drops what asks for one more connection. */
function silence(host: string): net.Socket[] {
  return Array.from({ length: crowd }, () => net.connect(6379, host).on("error", () => undefined));
}

/** Until somebody in a container asks port 6379 for a connection, to no avail so far: state 02 in Linux's table. */
const askingForRedis = "timeout 20 sh -c 'until grep -q :18EB.02 /proc/net/tcp; do sleep 0.05; done'";

/**
 * Another Redis gets the address of the lane's, while a worker asks that address for a connection. The lane's Redis
 * starts again at another address; nobody may have written to the other one.
 */
export async function moveRedis({ lab, redis, workers }: Lane): Promise<number> {
  const { name } = redis.container;
  const other = await Redis.start(lab);
  const leave = (container: string) => docker("network", "disconnect", lab.name, container);
  const join = (container: string) => docker("network", "connect", lab.name, container);
  await leave(other.container.name);
  const address = await redis.address();

  const since = Date.now();
  await freeze(name);
  const sockets = silence(address);
  await Promise.race(workers.map((worker) => worker.sh(askingForRedis)));
  // The server notices once it runs again: until then they go on waiting for it.
  for (const socket of sockets) socket.destroy();
  await leave(name);
  await join(other.container.name);
  await sleep(2);
  await docker("unpause", name);
  await redis.restart("kill");
  await join(name);
  const outage = (Date.now() - since) / 1000;

  const written = await other.cli("--scan");
  await other.container.remove();
  if (written) throw new Error(`another Redis, now at ${address}, was written to: ${written}`);
  return outage;
}
