import type { V1Node, V1ObjectMeta } from "@kubernetes/client-node";
import { RunError } from "@pulumi/pulumi";
import { type Access, type Action, explain, found, listNodes, listStorageClasses, may, selectorOf } from "./access";
import { misfits, type PodRequest } from "./capacity";

/** What a stack is about to use of a cluster. Keys are those of the config, for the errors. */
export interface Wanted {
  /** Labels that the stack's own objects bear, all of them; what lacks one is somebody else's. */
  readonly labels: Readonly<Record<string, string>>;
  readonly namespace: {
    readonly key: string;
    readonly name: string;
    /** Whether it has to be there already, or is made by the stack. */
    readonly adopt: boolean;
  };
  /** Objects with names that are not the stack's alone. */
  readonly names: readonly { readonly kind: "Service" | "StatefulSet"; readonly name: string }[];
  /** The StorageClass of each claim; without `name` it is the cluster's default. */
  readonly storage: readonly { readonly key: string; readonly name?: string }[];
  /** One pod of each kind. */
  readonly pods: readonly PodRequest[];
  /** Whether the cluster makes nodes on demand: what the present ones can hold then says nothing. */
  readonly elastic?: boolean;
}

type Labelled = Pick<V1ObjectMeta, "labels">;

/** What a cluster has of that. */
export interface Facts {
  readonly namespace?: Labelled & { readonly terminating: boolean };
  /** The objects among `names` that exist, as `Kind name`. */
  readonly objects: Readonly<Record<string, Labelled>>;
  /** Undefined where this login may not see them, as with rights in one namespace alone. */
  readonly storageClasses?: readonly { readonly name: string; readonly isDefault: boolean }[];
  /** Whether the stack has claims in the namespace already. */
  readonly hasClaims: boolean;
  /** Undefined where this login may not see nodes. */
  readonly nodes?: readonly V1Node[];
  /** What this login may not do and has to, as `create deployments`. */
  readonly forbidden: readonly string[];
}

/**
 * Stops the program before anything changes if the cluster cannot give what is wanted.
 *
 * @throws RunError with one line for each problem
 */
export async function checkCluster(access: Access, wanted: Wanted): Promise<void> {
  const problems = obstacles(wanted, await lookUp(access, wanted));
  if (problems.length > 0) throw new RunError([...new Set(problems)].join("\n"));
}

/** The pure part of checkCluster. */
export function obstacles(wanted: Wanted, facts: Facts): string[] {
  return [
    ...namespaceProblems(wanted, facts),
    ...facts.forbidden.map((action) => `this login may not ${action} in namespace ${wanted.namespace.name}`),
    ...(isOwn(wanted, facts.namespace) || wanted.namespace.adopt ? nameProblems(wanted, facts) : []),
    ...storageProblems(wanted, facts),
    ...(wanted.elastic || !facts.nodes ? [] : wanted.pods.flatMap((pod) => misfits(pod, facts.nodes ?? []))),
  ];
}

function namespaceProblems(wanted: Wanted, { namespace }: Facts): string[] {
  const { key, name, adopt } = wanted.namespace;
  if (namespace?.terminating) return [`config ${key}: namespace ${name} is being deleted; wait until it is gone`];
  if (adopt && !namespace) return [`config ${key}: "${name}" is not allowed; allowed: an existing namespace`];
  if (!adopt && namespace && !isOwn(wanted, namespace)) {
    return [`namespace ${name} exists and is not of this stack: set config ${key} to use it, or delete it`];
  }
  return [];
}

function nameProblems(wanted: Wanted, { objects }: Facts): string[] {
  const { key, name: namespace } = wanted.namespace;
  return wanted.names.flatMap(({ kind, name }) => {
    const object = objects[`${kind} ${name}`];
    if (!object || isOwn(wanted, object)) return [];
    return [`config ${key}: namespace ${namespace} has a ${kind} ${name} that is not of this stack; allowed: another`];
  });
}

function isOwn({ labels }: Wanted, object: Labelled | undefined): boolean {
  return object !== undefined && Object.entries(labels).every(([name, value]) => object.labels?.[name] === value);
}

function storageProblems(wanted: Wanted, { storageClasses, hasClaims }: Facts): string[] {
  if (!storageClasses) return [];
  const known = storageClasses.map(({ name }) => name).join(", ") || "none: the cluster has no StorageClass";
  return wanted.storage.flatMap(({ key, name }) => {
    if (name !== undefined) {
      const exists = storageClasses.some((entry) => entry.name === name);
      return exists ? [] : [`config ${key}: "${name}" is not allowed; allowed: ${known}`];
    }
    if (hasClaims || storageClasses.some(({ isDefault }) => isDefault)) return [];
    return [`config ${key}: not set, and the cluster has no default StorageClass; allowed: ${known}`];
  });
}

async function lookUp(access: Access, wanted: Wanted): Promise<Facts> {
  try {
    const { core } = access;
    const namespace = wanted.namespace.name;
    const labelSelector = selectorOf(wanted.labels);
    const [own, objects, classes, claims, nodes, forbidden] = await Promise.all([
      found(core.readNamespace({ name: namespace })),
      Promise.all(wanted.names.map((object) => lookUpName(access, namespace, object))),
      listStorageClasses(access),
      core.listNamespacedPersistentVolumeClaim({ namespace, labelSelector }),
      listNodes(access),
      refusals(access, wanted),
    ]);
    return {
      namespace: own && { labels: own.metadata?.labels, terminating: own.status?.phase === "Terminating" },
      objects: Object.fromEntries(objects.flat()),
      storageClasses: classes?.map(({ metadata }) => ({
        name: metadata?.name ?? "",
        isDefault: metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
      })),
      hasClaims: claims.items.length > 0,
      nodes,
      forbidden,
    };
  } catch (error) {
    throw new RunError(`cluster ${access.server} (context ${access.context}) ${explain(error)}`);
  }
}

async function lookUpName(
  { core, apps }: Access,
  namespace: string,
  { kind, name }: Wanted["names"][number],
): Promise<[string, Labelled][]> {
  const object = await found<{ metadata?: Labelled }>(
    kind === "Service"
      ? core.readNamespacedService({ namespace, name })
      : apps.readNamespacedStatefulSet({ namespace, name }),
  );
  return object?.metadata ? [[`${kind} ${name}`, object.metadata]] : [];
}

const made: readonly Action[] = [
  { verb: "create", resource: "secrets" },
  { verb: "create", resource: "services" },
  { verb: "create", resource: "podtemplates" },
  { verb: "create", resource: "persistentvolumeclaims" },
  { verb: "create", resource: "deployments", group: "apps" },
  { verb: "create", resource: "statefulsets", group: "apps" },
  { verb: "create", resource: "networkpolicies", group: "networking.k8s.io" },
];

async function refusals(access: Access, { namespace: { name, adopt } }: Wanted): Promise<string[]> {
  const actions = [...(adopt ? [] : [{ verb: "create", resource: "namespaces" }]), ...made];
  const allowed = await Promise.all(actions.map((action) => may(access, { ...action, namespace: name })));
  return actions.filter((_, index) => !allowed[index]).map(({ verb, resource }) => `${verb} ${resource}`);
}
