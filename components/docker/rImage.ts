import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { imageBuild, type ImageRecipe } from "../imageContext";

export interface RImageArgs extends ImageRecipe {
  /** Repository and tag under which the engine keeps the image. */
  readonly imageName: string;
  /** An image built elsewhere, to be pulled instead of building one: the other arguments then have no effect. */
  readonly ref?: string;
}

/**
 * The image that master and workers run, built from images/r, or pulled where `ref` names one. A build that fails
 * stops `up` before any container changes.
 *
 * @example
 * const image = new RImage("image", { imageName: "rcluster:latest", packages: ["data.table", "sf@1.0-19"] });
 */
export class RImage extends pulumi.ComponentResource {
  /** Id of the image: it changes when the image does, and only then. */
  readonly ref: pulumi.Output<string>;

  constructor(name: string, args: RImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:docker:RImage", name, {}, opts);
    this.ref = args.ref ? pulled(name, args.ref, this) : built(name, args, this);
    this.registerOutputs({ ref: this.ref });
  }
}

function pulled(name: string, ref: string, parent: RImage): pulumi.Output<string> {
  return new docker.RemoteImage(`${name}-pulled`, { name: ref, keepLocally: true }, { parent, retainOnDelete: true })
    .imageId;
}

function built(name: string, args: RImageArgs, parent: RImage): pulumi.Output<string> {
  return new docker.Image(
    `${name}-built`,
    { imageName: args.imageName, skipPush: true, build: imageBuild(args.imageName, args) },
    { parent },
  ).repoDigest;
}
