import { randomBytes } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { exitCodes, Failure } from "../failure";
import { cookieName, judge } from "./guard";

/** Answers what is at one path. */
export type Handler = (url: URL, request: http.IncomingMessage, response: http.ServerResponse) => void;

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

export interface Served {
  /** With the token: whoever has it is let in. */
  readonly address: string;
  /** Without it. */
  readonly page: string;
  /** What lets a browser in, as a `Set-Cookie` header. */
  readonly cookie: string;
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
  const cookie = (at: number) => `${cookieName(at)}=${token}; HttpOnly; SameSite=Strict; Path=/`;
  const answer: Answer = (request, response) => {
    const at = (server.address() as AddressInfo).port;
    const page = `http://127.0.0.1:${at}`;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const url = URL.parse(request.url ?? "/", page);
    if (url?.origin !== page) {
      plain(response, 400, "this is no path");
      return;
    }
    const verdict = judge({ method: request.method ?? "", url, headers: request.headers }, at, token);
    const handler = find(url.pathname);
    if ("why" in verdict) plain(response, verdict.status, verdict.why);
    else if (verdict.status === 302) response.writeHead(302, { "Set-Cookie": cookie(at), Location: "/" }).end();
    else if (!handler) plain(response, 404, "there is no such page");
    else handler(url, request, response);
  };
  const server = http.createServer((request, response) => safely(answer, request, response));
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new Failure(`port ${port} is in use`, exitCodes.failed) : error),
    );
    server.listen(port, "127.0.0.1", () => {
      const at = (server.address() as AddressInfo).port;
      resolve({
        address: `http://127.0.0.1:${at}/?token=${token}`,
        page: `http://127.0.0.1:${at}/`,
        cookie: cookie(at),
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

// No request ends the dashboard, whatever it asks for and whenever it breaks off.
function safely(answer: Answer, request: http.IncomingMessage, response: http.ServerResponse): void {
  response.on("error", () => response.destroy());
  try {
    answer(request, response);
  } catch (error) {
    plain(response, 500, error instanceof Error ? error.message : String(error));
  }
}

/** Answers with a line of text. */
export function plain(response: http.ServerResponse, status: number, text: string): void {
  if (!response.headersSent) response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}
