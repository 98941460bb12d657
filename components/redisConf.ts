import { createHash } from "node:crypto";

/**
 * The ACL line of the `default` user, who may do everything: any of the passwords lets it in. They stand there only as
 * SHA-256 digests.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export function defaultUser(passwords: readonly string[]): string {
  return `user default on ${digests(passwords)} ~* &* +@all`;
}

/**
 * The ACL line of a user who may count what waits and who works, and read Redis' own figures, and nothing else: a script
 * of theirs can call no more than that either.
 */
export function readingUser(name: string, passwords: readonly string[]): string {
  const commands = ["zcard", "hlen", "llen", "scard", "type", "info", "ping", "eval", "evalsha", "script|load"];
  return `user ${name} on ${digests(passwords)} resetchannels ~* -@all ${commands.map((c) => `+${c}`).join(" ")}`;
}

/** Name of the user as whom the exporter of metrics logs in. */
export const exporterUser = "exporter";

const countedKeys = ["todo", "held", "stock", "drain", "alive", "workers", "jobs", "loops", "rate"];

/**
 * The ACL line of the exporter of metrics, who may run `queueScript` and read Redis' own figures. Of a queue it reads the
 * keys that say who does what; those with tasks and results are closed to it, and so is each command that writes. It has
 * to have `eval`, but what a script calls is held against the same list. The log of slow commands, of which it would like
 * to have the last one, shows their arguments: only its length is told.
 */
export function exportingUser(name: string, passwords: readonly string[]): string {
  const keys = countedKeys.map((key) => `%R~{*}:${key}`);
  const reads = ["zcard", "zrange", "hkeys", "hvals", "hgetall", "smembers", "time"];
  const figures = ["info", "latency|latest", "slowlog|len", "eval"];
  const commands = [...reads, ...figures].map((command) => `+${command}`);
  return `user ${name} on ${digests(passwords)} resetchannels ${keys.join(" ")} -@all ${commands.join(" ")}`;
}

/** The ACL line of a user who may read the list of users anew and ask whether Redis is there, and nothing else. */
export function keepingUser(name: string, password: string): string {
  return `user ${name} on ${digests([password])} resetkeys resetchannels -@all +acl|load +ping`;
}

/**
 * redis.conf for a queue: every write is logged to disk within a second, nothing is ever evicted.
 *
 * Redis may use three quarters of the container's memory: a rewrite of its log copies pages that change meanwhile.
 *
 * @param users who may log in: lines of defaultUser and readingUser, or `aclfile PATH` for a file of them
 * @param memory the container's memory limit in bytes
 */
export function redisConf(users: readonly string[], memory: number): string {
  return [
    ...users,
    "bind * -::*",
    "protected-mode no",
    "dir /data",
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    `maxmemory ${Math.floor(memory * 0.75)}`,
    "maxmemory-policy noeviction",
    "tcp-keepalive 60",
    "",
  ].join("\n");
}

function digests(passwords: readonly string[]): string {
  return passwords.map((password) => `#${createHash("sha256").update(password).digest("hex")}`).join(" ");
}
