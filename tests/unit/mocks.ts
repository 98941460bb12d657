import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** The key that marks a secret among a resource's inputs; its value is beside it. */
export const secretMark = "4dabf18193072939515e22adb298388d";

/**
 * Runs a program against Pulumi's mocks.
 *
 * @returns all resources that it registered; a secret input is `{ [secretMark]: ..., value }`
 */
export async function register(program: () => unknown, preview = false): Promise<Registered[]> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        resources.push({ type, name, inputs: inputs as Record<string, unknown> });
        return {
          id: `${name}-id`,
          state: { ...(inputs as object), ...outputs[type], ...identity(type, name, inputs as { metadata?: object }) },
        };
      },
      call: ({ token, inputs }) => ({ ...(inputs as object), ...results[token] }),
    },
    "rcluster",
    "test",
    preview,
  );
  await program();
  await pulumi.runtime.disconnect();
  return resources;
}

// What the providers of Kubernetes and AWS name by themselves.
function identity(type: string, name: string, inputs: { metadata?: object; name?: string }): object {
  if (type.startsWith("kubernetes:")) return { metadata: { name: `${name}-made`, ...inputs.metadata } };
  if (!type.startsWith("aws:")) return {};
  return { arn: `arn:aws:${type.split(":")[1]}::123456789012:${name}`, name: inputs.name ?? `${name}-made` };
}

const outputs: Record<string, object> = {
  "random:index/randomPassword:RandomPassword": { result: pulumi.secret("a-password") },
  "docker:index/image:Image": { repoDigest: "sha256:built" },
  "docker:index/remoteImage:RemoteImage": { imageId: "sha256:pulled" },
  "aws:eks/cluster:Cluster": {
    endpoint: "https://eks.example.org",
    certificateAuthority: { data: "Y2E=" },
    vpcConfig: { clusterSecurityGroupId: "sg-1" },
  },
  "aws:ecr/repository:Repository": { repositoryUrl: "ecr.example.org/r", registryId: "123456789012" },
};

const results: Record<string, object> = {
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": {
    proxyEndpoint: "https://ecr.example.org",
    userName: "AWS",
    password: "an-ecr-token",
  },
};

/** The value of an output, with whether it is secret. */
export async function resolve<T>(output: pulumi.Output<T>): Promise<{ value: T; secret: boolean }> {
  const secret = await pulumi.isSecret(output);
  return new Promise((done) => pulumi.unsecret(output).apply((value) => done({ value, secret })));
}

/** The resources of a type, the shorter part of its token: "docker:Container". */
export function ofType(resources: readonly Registered[], type: string): Registered[] {
  const [provider, kind] = type.split(":");
  return resources.filter((resource) => new RegExp(`^${provider}:.*:${kind}$`).test(resource.type));
}
