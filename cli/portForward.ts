import type { EventEmitter } from "node:events";
import * as net from "node:net";
import { PortForward } from "@kubernetes/client-node";
import { Failure } from "./failure";
import type { Kube } from "./kubernetes";

/** A port of this machine's loopback that leads into the cluster. */
export interface Forward {
  readonly port: number;
  /** Why the last connection did not come about, if so. */
  trouble(): string | undefined;
  close(): void;
}

/** What the port leads to: a pod, or the pod that is ready behind a Service. */
export type Destination = { readonly service: string } | { readonly pod: string };

/**
 * Leads a port of this machine's loopback to a pod. Each connection looks for the pod anew, so that the port outlives
 * it.
 *
 * @param localPort 0 for any free one
 * @throws Failure if the port is taken
 */
export async function forward(kube: Kube, to: Destination, remotePort: number, localPort = 0): Promise<Forward> {
  const sockets = new Set<net.Socket>();
  let trouble: string | undefined;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    lead(kube, to, remotePort, socket).catch((error: unknown) => {
      trouble = error instanceof Error ? error.message : String(error);
      socket.destroy();
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new Failure(`port ${localPort}: ${error.message}`)));
    server.listen(localPort, "127.0.0.1", () =>
      resolve({
        port: (server.address() as net.AddressInfo).port,
        trouble: () => trouble,
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      }),
    );
  });
}

async function lead({ config, namespace }: Kube, to: Destination, port: number, socket: net.Socket): Promise<void> {
  const forwarder = new PortForward(config);
  const link: unknown =
    "service" in to
      ? await forwarder.portForwardService(namespace, to.service, [port], socket, null, socket)
      : await forwarder.portForward(namespace, to.pod, [port], socket, null, socket);
  const webSocket = link as EventEmitter & { close(): void };
  webSocket.once("close", () => socket.destroy());
  if (socket.destroyed) webSocket.close();
  else socket.once("close", () => webSocket.close());
}
