declare module "pulumi/lib/resolve" {
  /** Path of Pulumi's CLI, which is fetched if need be. */
  export function resolve(): Promise<string>;
}
