import * as random from "@pulumi/random";
import type * as pulumi from "@pulumi/pulumi";
import type { Cluster, IdeArgs, IdeEndpoint, IdeKind } from "./contracts";
import type { Environment } from "./environment";

/** Port of the IDE, in the master's container. */
export const idePort = 8888;

/** Who signs in to an IDE that asks for a name: the image's user. */
export function ideUser(kind: IdeKind): string | undefined {
  return kind === "rstudio" ? "r" : undefined;
}

/** The IDE as this machine reaches it, with a password that is generated. */
export function ideEndpoint(
  name: string,
  { kind, port }: IdeArgs,
  opts: pulumi.CustomResourceOptions,
): IdeEndpoint & { readonly password: pulumi.Output<string> } {
  const password = new random.RandomPassword(`${name}-ide-password`, { length: 32, special: false }, opts).result;
  return { url: `http://127.0.0.1:${port}`, user: ideUser(kind), password };
}

/** The part of the output `cluster` that tells of the IDE. */
export function describeIde({ kind, port }: IdeArgs): Cluster["ide"] {
  return { kind, port, containerPort: idePort, user: ideUser(kind) };
}

/**
 * Environment by which the master starts the IDE. The password is not in it: it is in the file that it names.
 *
 * @param address what the IDE listens on in the container: loopback, where a port-forward leads there
 */
export function ideEnvironment({ kind }: Pick<IdeArgs, "kind">, address: string, passwordFile: string): Environment {
  return { RCLUSTER_IDE: kind, RCLUSTER_IDE_ADDRESS: address, RCLUSTER_IDE_PASSWORD_FILE: passwordFile };
}
