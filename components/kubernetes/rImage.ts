import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { ideBuild, ideImageName, imageBuild, type IdeLayer, type ImageRecipe } from "../imageContext";

/** Who pushes to a registry. */
export interface RegistryLogin {
  readonly server: pulumi.Input<string>;
  readonly username: pulumi.Input<string>;
  /** Password or token. Pass it as a secret. */
  readonly password: pulumi.Input<string>;
}

export interface RImageArgs extends ImageRecipe {
  /** Repository and tag: `HOST/PATH:TAG` of a registry, or any of the engine's where it is not pushed. */
  readonly imageName: pulumi.Input<string>;
  /** An image built elsewhere, instead of building one: the other arguments then have no effect. */
  readonly ref?: string;
  /** An IDE for the master. Default: none; an image built elsewhere brings its own. */
  readonly ide?: IdeLayer;
  /** Whether to push it. False is for clusters that share the engine's images. Default: true. */
  readonly push?: boolean;
  /** Default: what `docker login` has stored. */
  readonly login?: RegistryLogin;
}

/**
 * The image that master and workers run, built from images/r and pushed to a registry that the cluster pulls from. A
 * build that fails stops `up` before any pod changes.
 *
 * @example
 * const image = new RImage("image", { imageName: "registry.example.org/stats/rcluster:lab", packages: ["sf"] });
 */
export class RImage extends pulumi.ComponentResource {
  /** The image by its digest, or by a tag of its own where it was not pushed. */
  readonly ref: pulumi.Output<string>;
  /** The same image with the IDE on top, for the master; without one it is `ref`. */
  readonly masterRef: pulumi.Output<string>;

  constructor(name: string, args: RImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rcluster:kubernetes:RImage", name, {}, opts);
    this.ref = args.ref ? pulumi.output(args.ref) : this.plain(name, args);
    this.masterRef = args.ide && !args.ref ? this.withIde(name, args, args.ide) : this.ref;
    this.registerOutputs({ ref: this.ref, masterRef: this.masterRef });
  }

  private plain(name: string, args: RImageArgs): pulumi.Output<string> {
    const image = { imageName: args.imageName, build: imageBuild(`${pulumi.getStack()}-${name}`, args) };
    return built(name, "built", image, args, { parent: this });
  }

  private withIde(name: string, args: RImageArgs, ide: IdeLayer): pulumi.Output<string> {
    const { imageName, platform } = args;
    const build = ideBuild(`${pulumi.getStack()}-${name}`, ide, { imageName, ref: this.ref }, platform);
    return built(name, "ide", { imageName: ideImageName(imageName, ide), build }, args, { parent: this });
  }
}

function built(
  name: string,
  role: string,
  image: Pick<docker.ImageArgs, "imageName" | "build">,
  { push = true, login }: RImageArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { repoDigest } = new docker.Image(
    `${name}-${role}`,
    { ...image, skipPush: !push, ...(login && { registry: login }) },
    opts,
  );
  return push ? repoDigest : ownTag(role === "built" ? name : `${name}-${role}`, image.imageName, repoDigest, opts);
}

// What was not pushed has no digest; a kubelet that shares the engine's images finds it by a tag.
function ownTag(
  name: string,
  imageName: pulumi.Input<string>,
  id: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
) {
  const targetImage = pulumi.all([imageName, id]).apply(([title, digest]) => {
    const repository = title.replace(/:[^/:]*$/, "");
    return `${repository}:${digest.replace(/^.*sha256:/, "").slice(0, 12)}`;
  });
  return new docker.Tag(`${name}-tag`, { sourceImage: id, targetImage }, opts).targetImage;
}
