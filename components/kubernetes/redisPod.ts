import * as path from "node:path/posix";
import type { Input } from "@pulumi/pulumi";
import { redisPort, type Environment } from "../environment";
import { podPasswordFile } from "./password";
import { notMoved, podTemplate, type ContainerSpec, type Placement, type VolumeMount } from "./pod";

/**
 * The user as whom Redis' own pod logs in. Its password never changes: with one that does, a list of users that is two
 * changes ahead of the one in force would keep its reader out for good.
 */
export const keeper = "keeper";

const user = 999; // of the official images of Redis and Valkey
const aclFile = "/etc/rcluster/acl/users.acl";
const confFile = "/etc/rcluster/conf/redis.conf";
const client = `REDISCLI_AUTH=$(cat ${podPasswordFile}) redis-cli --user ${keeper}`;
const loaded = "/tmp/acl-loaded";

interface RedisContainerArgs {
  readonly image: Input<string>;
  readonly mounts: readonly VolumeMount[];
}

interface RedisPodArgs extends Placement {
  readonly labels: Environment;
  readonly image: Input<string>;
  readonly pullSecret?: Input<string>;
  readonly memory: number;
  readonly cpus: number;
  /** Name of the ConfigMap with redis.conf. */
  readonly conf: Input<string>;
  /** Name of the Secret with the list of users. */
  readonly acl: Input<string>;
  /** The password of the user `keeper`. */
  readonly password: readonly VolumeMount[];
  /** Name of the claim for the log. */
  readonly claimName: Input<string>;
}

/** Where redis.conf finds its users. */
export const aclLine = `aclfile ${aclFile}`;

/** The template of a pod with Redis and a helper that lets it take over a new list of users. */
export function redisPodTemplate(args: RedisPodArgs) {
  const { image, memory, cpus } = args;
  const mounts: VolumeMount[] = [
    { volume: { name: "conf", configMap: { name: args.conf } }, path: path.dirname(confFile) },
    { volume: { name: "acl", secret: { secretName: args.acl, defaultMode: 0o440 } }, path: path.dirname(aclFile) },
    ...args.password,
  ];
  const claim = { name: "data", persistentVolumeClaim: { claimName: args.claimName } };
  const data: VolumeMount = { volume: claim, path: "/data", readOnly: false };
  return podTemplate({
    ...args,
    annotations: notMoved,
    user,
    containers: [redisContainer({ image, memory, cpus, mounts: [...mounts, data] }), reloader({ image, mounts })],
    graceSeconds: 30,
  });
}

/** Redis itself. It is alive as long as it says anything, while it loads its log for minutes too. */
function redisContainer(args: RedisContainerArgs & { readonly memory: number; readonly cpus: number }): ContainerSpec {
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
function reloader({ image, mounts }: RedisContainerArgs): ContainerSpec {
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
