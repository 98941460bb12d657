import * as net from "node:net";

/** How the reply is lost: the connection ends without it, or nothing comes any more. */
export type Loss = "close" | "stall";

/** Passes connections on to Redis, and loses replies when told to. */
export class Proxy {
  private readonly server = net.createServer((client) => this.accept(client));
  private readonly open = new Set<net.Socket>();
  private losses: { after: number; how: Loss }[] = [];
  private refusing = false;
  /** Replies lost so far. */
  lost = 0;

  constructor(private readonly target: () => Promise<string>) {}

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "0.0.0.0", resolve));
    return (this.server.address() as net.AddressInfo).port;
  }

  /** Loses the replies of these numbers, each counted from the one before, the first from now. */
  lose(after: readonly number[], how: Loss): void {
    this.losses = after.map((count) => ({ after: count, how }));
  }

  /** Cuts all connections and takes no new ones. */
  cut(): void {
    this.refusing = true;
    for (const socket of this.open) socket.destroy();
  }

  restore(): void {
    this.refusing = false;
    this.losses = [];
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private accept(client: net.Socket): void {
    if (this.refusing) {
      client.destroy();
      return;
    }
    client.pause();
    client.setNoDelay(true);
    client.on("error", () => undefined);
    this.open.add(client);
    client.on("close", () => this.open.delete(client));
    void this.target().then((host) => this.join(client, host));
  }

  private join(client: net.Socket, host: string): void {
    const redis = net.connect(6379, host);
    redis.setNoDelay(true);
    redis.on("error", () => undefined);
    redis.on("close", () => client.destroy());
    client.on("close", () => redis.destroy());
    let stalled = false;
    redis.on("data", (reply) => {
      const loss = stalled ? undefined : this.due();
      if (loss === "close") client.destroy();
      if (loss === "stall") stalled = true;
      if (!loss && !stalled) client.write(reply);
    });
    client.on("data", (request) => redis.write(request));
    client.resume();
  }

  private due(): Loss | undefined {
    const [next] = this.losses;
    if (!next || --next.after > 0) return undefined;
    this.losses.shift();
    this.lost++;
    return next.how;
  }
}
