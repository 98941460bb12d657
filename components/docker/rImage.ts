import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { ideBuild, ideImageName, imageBuild, type IdeLayer, type ImageRecipe } from "../imageContext";

export interface RImageArgs extends ImageRecipe {
  /** Repository and tag under which the engine keeps the image. */
  readonly imageName: string;
  /** An image built elsewhere, to be pulled instead of building one: the other arguments then have no effect. */
  readonly ref?: string;
  /** An IDE for the master. Default: none; an image built elsewhere brings its own. */
  readonly ide?: IdeLayer;
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
  /** The same image with the IDE on top, for the master; without one it is `ref`. */
  readonly masterRef: pulumi.Output<string>;

  constructor(name: string, args: RImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:docker:RImage", name, {}, opts);
    this.ref = args.ref ? pulled(name, args.ref, this) : built(name, args, this);
    this.masterRef = args.ide && !args.ref ? withIde(name, args, args.ide, this) : this.ref;
    this.registerOutputs({ ref: this.ref, masterRef: this.masterRef });
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

function withIde(name: string, args: RImageArgs, ide: IdeLayer, image: RImage): pulumi.Output<string> {
  const { imageName, platform } = args;
  return new docker.Image(
    `${name}-ide`,
    {
      imageName: ideImageName(imageName, ide),
      skipPush: true,
      build: ideBuild(imageName, ide, { imageName, ref: image.ref }, platform),
    },
    { parent: image },
  ).repoDigest;
}
