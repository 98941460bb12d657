import { randomBytes } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { exitCodes, Failure } from "../failure";
import { cookieName, judge } from "./guard";

/** Answers what is at one path. */
export type Handler = (url: URL, request: http.IncomingMessage, response: http.ServerResponse) => void;

export interface Served {
  /** With the token: whoever has it is let in. */
  readonly address: string;
  close(): void;
}

const headers = {
  "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

/**
 * Serves pages on this machine's loopback, to those who have the token.
 *
 * @param port 0 for any free one
 * @throws Failure if the port is taken
 */
export async function serve(find: (path: string) => Handler | undefined, port: number): Promise<Served> {
  const token = randomBytes(24).toString("base64url");
  const server = http.createServer((request, response) => {
    const at = (server.address() as AddressInfo).port;
    const url = new URL(request.url ?? "/", `http://127.0.0.1:${at}`);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const verdict = judge({ method: request.method ?? "", url, headers: request.headers }, at, token);
    const handler = find(url.pathname);
    if ("why" in verdict) plain(response, verdict.status, verdict.why);
    else if (verdict.status === 302) {
      response.setHeader("Set-Cookie", `${cookieName(at)}=${token}; HttpOnly; SameSite=Strict; Path=/`);
      response.writeHead(302, { Location: url.pathname }).end();
    } else if (!handler) plain(response, 404, "there is no such page");
    else handler(url, request, response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new Failure(`port ${port} is in use`, exitCodes.failed) : error),
    );
    server.listen(port, "127.0.0.1", () => {
      const at = (server.address() as AddressInfo).port;
      resolve({
        address: `http://127.0.0.1:${at}/?token=${token}`,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

/** Answers with a line of text. */
export function plain(response: http.ServerResponse, status: number, text: string): void {
  if (!response.headersSent) response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}
