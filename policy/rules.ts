import { stackTag } from "../components/aws/tags";

/** A resource as a program registers it: its type's token and its inputs. */
export interface Subject {
  readonly type: string;
  readonly props: Readonly<Record<string, unknown>>;
}

export interface Rule {
  readonly name: string;
  readonly description: string;
  /** What is wrong with the resource; nothing for most. */
  readonly check: (subject: Subject, settings?: Settings) => string[];
}

/** What a user may allow. */
export interface Settings {
  /** Whether the whole internet may reach the cluster's API, given a login. */
  readonly publicApi?: boolean;
}

type Tree = Readonly<Record<string, unknown>>;

const at = (tree: Tree, path: string): unknown =>
  path.split(".").reduce<unknown>((value, key) => (value as Tree | undefined)?.[key], tree);
const list = (value: unknown): unknown[] => (value === undefined || value === null ? [] : [value].flat());
const isKind = ({ type }: Subject, kind: string) => new RegExp(`^kubernetes:.*:${kind}$`).test(type);
const everybody = ["0.0.0.0/0", "::/0"];

export const privateRedis: Rule = {
  name: "private-redis",
  description: "Redis is reached from its own cluster and from this machine only",
  check: (subject) => {
    const { type, props } = subject;
    if (isKind(subject, "Service")) {
      const kind = (at(props, "spec.type") as string | undefined) ?? "ClusterIP";
      const open = kind !== "ClusterIP" || list(at(props, "spec.externalIPs")).length > 0;
      return open ? [`a Service is open to outside of the cluster (${kind})`] : [];
    }
    if (isKind(subject, "Ingress")) return ["an Ingress leads into the cluster"];
    if (isKind(subject, "NetworkPolicy")) {
      const open = list(at(props, "spec.ingress")).some((rule) => list(at(rule as Tree, "from")).length === 0);
      return open ? ["a network policy lets everybody in"] : [];
    }
    if (type === "docker:index/container:Container") {
      const open = list(props.ports).some((port) => at(port as Tree, "ip") !== "127.0.0.1");
      return open ? ["a port is published beyond loopback"] : [];
    }
    if (/^aws:ec2\/securityGroup/.test(type) || /^aws:vpc\/securityGroupIngressRule/.test(type)) {
      const rules = [props, ...list(props.ingress)] as Tree[];
      const sources = rules.flatMap((rule) => [
        ...list(rule.type === "egress" ? [] : rule.cidrBlocks),
        ...list(rule.ipv6CidrBlocks),
        ...list(rule.cidrIpv4),
        ...list(rule.cidrIpv6),
      ]);
      return sources.some((source) => everybody.includes(String(source))) ? ["a security group lets everybody in"] : [];
    }
    return [];
  },
};

export const encryptedVolumes: Rule = {
  name: "encrypted-volumes",
  description: "What is on a disk is encrypted",
  check: (subject) => {
    const { type, props } = subject;
    if (isKind(subject, "StorageClass")) {
      if (!String(props.provisioner).includes("ebs.csi")) return [];
      return at(props, "parameters.encrypted") === "true" ? [] : ["volumes of a StorageClass are not encrypted"];
    }
    const disks = ["aws:ebs/volume:Volume", "aws:efs/fileSystem:FileSystem"];
    return disks.includes(type) && props.encrypted !== true ? ["a volume is not encrypted"] : [];
  },
};

export const noWildcards: Rule = {
  name: "no-wildcard-iam",
  description: "A role may do what is named, to what is named",
  check: ({ type, props }) => {
    if (!type.startsWith("aws:iam/")) return [];
    if (/\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/.test(String(props.policyArn))) {
      return [`a role has ${String(props.policyArn)}`];
    }
    const inline = list(props.inlinePolicies).map((policy) => at(policy as Tree, "policy"));
    return [props.policy, ...inline].filter((text) => typeof text === "string").flatMap(wildcards);
  },
};

function wildcards(text: string): string[] {
  const statements = list((JSON.parse(text) as Tree).Statement) as Tree[];
  return statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap((statement) => {
      const actions = list(statement.Action).map(String);
      const wide = actions.filter((action) => action === "*" || action.endsWith(":*"));
      const unbound = statement.Condition === undefined && list(statement.Resource).includes("*");
      return [
        ...wide.map((action) => `a policy allows ${action}`),
        ...(statement.NotAction === undefined ? [] : ["a policy allows all but some actions"]),
        ...(unbound ? [`a policy allows ${actions.join(", ")} on everything`] : []),
      ];
    });
}

export const closedApi: Rule = {
  name: "closed-api",
  description: "The API of a cluster is open to named networks only, unless asked for",
  check: ({ type, props }, settings = {}) => {
    if (type !== "aws:eks/cluster:Cluster" || settings.publicApi) return [];
    if (at(props, "vpcConfig.endpointPublicAccess") === false) return [];
    const networks = list(at(props, "vpcConfig.publicAccessCidrs")).map(String);
    const open = networks.length === 0 || networks.some((network) => everybody.includes(network));
    return open ? ["the whole internet may reach the API"] : [];
  },
};

// Types of AWS that have no tags.
const untaggable =
  /:(Alias|AccessPolicyAssociation|Bucket(Policy|PublicAccessBlock|ServerSideEncryptionConfiguration)|LifecyclePolicy|Role(Policy|PolicyAttachment)|Route|RouteTableAssociation)$/;

export const tagged: Rule = {
  name: "tagged",
  description: "All that costs money is found again by the stack's tag",
  check: (subject) => {
    const { type, props } = subject;
    const missing = [`the tag ${stackTag} is missing`];
    if (type.startsWith("aws:")) return untaggable.test(type) || has(props.tags) ? [] : missing;
    if (isKind(subject, "NodeClass")) return has(at(props, "spec.tags")) ? [] : missing;
    if (isKind(subject, "StorageClass") && String(props.provisioner).includes("ebs.csi")) {
      const texts = Object.entries((props.parameters ?? {}) as Tree)
        .filter(([key]) => key.startsWith("tagSpecification_"))
        .map(([, value]) => String(value));
      return texts.some((text) => text.startsWith(`${stackTag}=`)) ? [] : missing;
    }
    return [];
  },
};

function has(tags: unknown): boolean {
  return (tags as Tree | undefined)?.[stackTag] !== undefined;
}

export const rules: readonly Rule[] = [privateRedis, encryptedVolumes, noWildcards, closedApi, tagged];
