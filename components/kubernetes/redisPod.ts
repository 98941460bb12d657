import type { Input } from "@pulumi/pulumi";
import { redisPort } from "../environment";
import { podPasswordFile } from "./password";
import type { ContainerSpec, VolumeMount } from "./pod";

/**
 * The user as whom Redis' own pod logs in. Its password never changes: with one that does, a list of users that is two
 * changes ahead of the one in force would keep its reader out for good.
 */
export const keeper = "keeper";

const aclFile = "/etc/rcluster/acl/users.acl";
const confFile = "/etc/rcluster/conf/redis.conf";
const client = `REDISCLI_AUTH=$(cat ${podPasswordFile}) redis-cli --user ${keeper}`;
const loaded = "/tmp/acl-loaded";

interface RedisContainerArgs {
  readonly image: Input<string>;
  readonly mounts: readonly VolumeMount[];
}

/** Where redis.conf finds its users. */
export const aclLine = `aclfile ${aclFile}`;

/** Redis itself. It is alive as long as it says anything, while it loads its log for minutes too. */
export function redisContainer(
  args: RedisContainerArgs & { readonly memory: number; readonly cpus: number },
): ContainerSpec {
  return {
    name: "redis",
    image: args.image,
    command: ["redis-server", confFile],
    resources: args,
    port: redisPort,
    probes: {
      readinessProbe: { ...shell(`${client} ping | grep -q PONG`), periodSeconds: 3, timeoutSeconds: 3 },
      livenessProbe: { ...shell(`${client} ping`), periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 6 },
    },
    mounts: args.mounts,
  };
}

/** Lets Redis take over a list of users that has changed, without a restart. */
export function reloader({ image, mounts }: RedisContainerArgs): ContainerSpec {
  return {
    name: "reloader",
    image,
    command: ["sh", "-c", script],
    resources: { cpus: 0.01, memory: 32 * 2 ** 20 },
    probes: { startupProbe: { ...shell(`test -e ${loaded}`), periodSeconds: 2, failureThreshold: 150 } },
    mounts,
  };
}

const script = `
trap 'exit 0' TERM
while :; do
  users=$(cksum ${aclFile})
  if [ "$users" != "$(cat ${loaded} 2>&1)" ] && ${client} acl load | grep OK; then
    echo "$users" >${loaded}
  fi
  sleep 1 &
  wait $!
done
`.trim();

function shell(command: string) {
  return { exec: { command: ["sh", "-c", command] } };
}
