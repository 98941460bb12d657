import { command } from "../e2e/project";
import type { Container, Redis, Session } from "./lab";

/** What a lane is made of. */
export interface Scene {
  readonly queue: string;
  readonly redis: Redis;
  readonly workers: readonly Container[];
  readonly sessions: readonly Session[];
}

/** The most that is shown of a value. */
const most = 300;

/** Each key of a queue with its type, size and first values; names of some others; who is connected. */
const redisState = (queue: string) => `
redis-cli --scan --pattern '{${queue}}:*' | sort | head -100 | while read -r key; do
  type=$(redis-cli type "$key") size= value=
  case $type in
    string) size=$(redis-cli strlen "$key") value=$(redis-cli getrange "$key" 0 ${most}) ;;
    list) size=$(redis-cli llen "$key") value=$(redis-cli lrange "$key" 0 5) ;;
    hash) size=$(redis-cli hlen "$key") value=$(redis-cli hgetall "$key") ;;
    set) size=$(redis-cli scard "$key") value=$(redis-cli smembers "$key") ;;
    zset) size=$(redis-cli zcard "$key") value=$(redis-cli zrange "$key" 0 20 withscores) ;;
  esac
  printf '%s %s %s: ' "$key" "$type" "$size"
  printf '%s' "$value" | tr '\\n' ' ' | tr -cd '[:print:]' | head -c ${most}
  echo
done
echo "others:" $(redis-cli --scan | grep -vF '{${queue}}:' | head -20)
redis-cli client list | sed 's/ name=.* age=/ age=/; s/ flags=.* cmd=/ cmd=/; s/ user=.*//'`;

/** An address as Linux shows it: "0100007F:18EB". */
function readable(address: string): string {
  const [host = "", port = ""] = address.split(":");
  return `${Buffer.from(host, "hex").reverse().join(".")}:${parseInt(port, 16)}`;
}

async function inside(container: Container, script: string): Promise<string> {
  return (await command("docker", ["exec", container.name, "timeout", "30", "sh", "-c", script])).output.trim();
}

/** Where a process is connected to. */
async function peers(container: Container, pid: number): Promise<string> {
  const sockets = (await inside(container, `readlink /proc/${pid}/fd/*`)).matchAll(/socket:\[(\d+)\]/g);
  const inodes = new Set([...sockets].map(([, inode]) => inode));
  const connections = (await inside(container, `cat /proc/${pid}/net/tcp`))
    .split("\n")
    .map((line) => line.trim().split(/ +/));
  return connections.flatMap((fields) => (inodes.has(fields[9]) ? readable(fields[2] ?? "") : [])).join(" ");
}

/** All that may tell why a lane does not go on, as text. */
export async function evidence({ queue, redis, workers, sessions }: Scene): Promise<string> {
  const label = `label=${redis.container.network}`;
  const format = "{{.Names}}\t{{.Status}}";
  const { output: containers } = await command("docker", ["ps", "--all", "--filter", label, "--format", format]);
  const addresses = "{{range .Containers}}{{.IPv4Address}} {{.Name}}\n{{end}}";
  const network = await command("docker", ["network", "inspect", "--format", addresses, redis.container.network]);
  const parts = [
    ...sessions.map(async (session) => {
      const connected = await peers(session.container, session.pid);
      return `coordinator ${session.pid}, connected to ${connected || "nobody"}:\n${session.transcript.slice(-900)}`;
    }),
    ...workers.map(async (worker) => {
      const logs = (await worker.logs()).slice(-2000);
      return `${worker.name}:\n${logs}\n${await inside(worker, "cat /proc/[0-9]*/comm | sort | uniq -c")}`;
    }),
    inside(redis.container, redisState(queue)).then((state) => `${redis.container.name}:\n${state}`),
    redis.container.logs().then((logs) => `its log:\n${logs.slice(-1500)}`),
  ];
  return [...(await Promise.all(parts)), containers.trim(), network.output.trim()].join("\n");
}
