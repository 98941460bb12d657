import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An address that leads on once. */
export interface Door {
  readonly url: string;
  /** Whether somebody comes before the signal. */
  used(signal: AbortSignal): Promise<boolean>;
  close(): void;
}

/**
 * Makes an address on loopback that leads the first who comes to `target`, with cookies; cookies of a host hold on all
 * of its ports. Nobody can guess it, and it is of no use afterwards.
 *
 * @param cookies values of `Set-Cookie` headers
 */
export async function oneTimeDoor(target: string, cookies: readonly string[]): Promise<Door> {
  const path = `/${randomBytes(24).toString("base64url")}`;
  let open = true;
  const server = createServer((request, response) => {
    if (!open || request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    open = false;
    const headers = { Location: target, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer" };
    response.writeHead(302, { ...headers, "Set-Cookie": [...cookies] }).end(() => server.emit("through"));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    used: async (signal) =>
      once(server, "through", { signal }).then(
        () => true,
        () => false,
      ),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
