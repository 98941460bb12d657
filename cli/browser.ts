import { oneTimeDoor } from "./door";

const browserSeconds = 60;

/**
 * Opens the browser at an address on loopback, signed in by cookies. A browser's command line is for everybody to read,
 * so it is given a door that opens once, and nothing that lasts.
 *
 * @param cookies values of `Set-Cookie` headers
 * @param signal ends the wait for the browser
 * @returns whether it has come, within a minute
 */
export async function openSignedIn(target: string, cookies: readonly string[], signal: AbortSignal): Promise<boolean> {
  const { default: open } = await import("open");
  const door = await oneTimeDoor(target, cookies);
  try {
    const came = door.used(AbortSignal.any([signal, AbortSignal.timeout(browserSeconds * 1000)]));
    await open(door.url);
    return await came;
  } finally {
    door.close();
  }
}
