import * as fs from "node:fs";
import * as path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { dataPath } from "../contracts";
import { labelList, type ContainerContext } from "./container";

/** The user of the image; its files belong to it wherever no other user is asked for. */
export const imageUser = "1000:1000";

/** What a container needs to work on the shared files. */
export interface Data {
  readonly mount: docker.types.input.ContainerMount;
  /** `uid:gid` that its processes run as. */
  readonly user: string;
}

/**
 * The user's own folder as /data. Containers run as its owner, so that what they write is the user's; never as root:
 * a folder of root's can be read there, not written.
 *
 * @param folder path of an existing folder
 * @param rootless whether the engine maps user ids, so that the owner's id means somebody else in a container
 */
export function folderData(folder: string, rootless: boolean): Data {
  const { uid, gid } = fs.statSync(folder);
  const mount = { type: "bind", source: path.resolve(folder), target: dataPath };
  if (process.platform === "win32") return { mount, user: imageUser };
  const user = ownerUser(uid, gid, rootless);
  const warning = process.platform === "linux" && writeWarning(folder, uid, rootless);
  if (warning) void pulumi.log.warn(warning);
  return { mount, user };
}

/** What to tell the user of a folder that R cannot write to. */
export function writeWarning(folder: string, uid: number, rootless: boolean): string | undefined {
  const can = `R can read ${folder} but not write there`;
  if (rootless) {
    return `${can}: rootless Docker shows it as root's. Make it writable for all (chmod a+rwx), or unset master.dataDir`;
  }
  if (uid !== 0) return undefined;
  return `${can}: it is root's, and R never runs as root. Give it to a user, or set master.dataDir to a user's folder`;
}

/** The user to run as for a folder's owner. */
export function ownerUser(uid: number, gid: number, rootless: boolean): string {
  return uid === 0 || rootless ? imageUser : `${uid}:${gid}`;
}

/** A volume as /data, which goes with the stack. */
export function volumeData(
  name: string,
  args: Pick<ContainerContext, "labels"> & { readonly volumeName: string },
  opts: pulumi.CustomResourceOptions,
): Data {
  const volume = new docker.Volume(name, { name: args.volumeName, labels: labelList(args.labels) }, opts);
  return { mount: { type: "volume", source: volume.name, target: dataPath }, user: imageUser };
}
