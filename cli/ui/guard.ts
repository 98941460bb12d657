import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What a request asks for, as far as it matters for letting it in. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

/** `login`: it brought the token in its address, and gets a cookie instead. */
export type Verdict = { readonly status: 200 | 302 } | { readonly status: 403 | 405; readonly why: string };

/**
 * Whether to answer: only to who has the token, at the address of this machine's loopback, and to no page of another
 * site. A name that somebody's DNS leads here is refused by its name.
 */
export function judge({ method, url, headers }: Asked, port: number, token: string): Verdict {
  if (method !== "GET" && method !== "HEAD") return { status: 405, why: "only GET is answered" };
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(headers.host ?? "")) {
    return { status: 403, why: "this is not the address of the dashboard" };
  }
  const given = url.searchParams.get("token");
  if (given !== null && same(given, token)) return { status: 302 };
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return { status: 403, why: "pages of other sites may not ask" };
  }
  if (same(cookieOf(headers, port) ?? "", token)) return { status: 200 };
  return { status: 403, why: "open the whole address that 'rcluster ui' has printed, with its token" };
}

/** Cookies know no ports, so that its name has it. */
export function cookieName(port: number): string {
  return `rcluster-${port}`;
}

function cookieOf({ cookie = "" }: IncomingHttpHeaders, port: number): string | undefined {
  const start = `${cookieName(port)}=`;
  return cookie
    .split("; ")
    .find((part) => part.startsWith(start))
    ?.slice(start.length);
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
