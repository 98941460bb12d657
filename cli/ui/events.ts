import type { Handler } from "./server";
import type { Watcher } from "./watcher";

const mostWaiting = 4 * 2 ** 20; // bytes that a page may lag behind

/** Tells a page what goes on, as server-sent events; `about`: what changes now and then, asked while somebody listens. */
export function eventStream(watcher: Watcher, about: About): Handler {
  return (_url, request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const send = (event: string, data: string) => {
      response.write(`event: ${event}\ndata: ${data}\n\n`);
      // A page that sleeps gets everything anew when it wakes.
      if (response.writableLength > mostWaiting) response.destroy();
    };
    response.write("retry: 1000\n\n");
    const ends = [about.listen((text) => send("about", text)), watcher.listen(send)];
    request.once("close", () => ends.forEach((end) => end()));
  };
}

/** Something that is looked at again and again, for as long as somebody listens. */
export class About {
  private readonly listeners = new Set<(text: string) => void>();
  private timer?: NodeJS.Timeout;
  private last = "";

  /** @param seconds between two looks */
  constructor(
    private readonly look: () => Promise<unknown>,
    private readonly seconds: number,
  ) {}

  listen(listener: (text: string) => void): () => void {
    this.listeners.add(listener);
    if (this.last) listener(this.last);
    if (!this.timer) void this.run();
    return () => this.listeners.delete(listener);
  }

  private async run(): Promise<void> {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.listeners.size > 0) void this.run();
    }, this.seconds * 1000);
    const text = JSON.stringify(await this.look());
    if (text === this.last) return;
    this.last = text;
    for (const listener of this.listeners) listener(text);
  }
}
