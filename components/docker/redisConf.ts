import { createHash } from "node:crypto";

/**
 * redis.conf for a queue: every write is logged to disk within a second, nothing is ever evicted, and the `default`
 * user's password stands there only as its SHA-256 digest.
 *
 * Redis may use three quarters of the container's memory: a rewrite of its log copies pages that change meanwhile.
 *
 * @param password the password in plain text
 * @param memory the container's memory limit in bytes
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export function redisConf(password: string, memory: number): string {
  const digest = createHash("sha256").update(password).digest("hex");
  return [
    `user default on #${digest} ~* &* +@all`,
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
