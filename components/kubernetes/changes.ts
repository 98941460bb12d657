import type { V1PersistentVolumeClaim, V1StorageClass } from "@kubernetes/client-node";
import { RunError } from "@pulumi/pulumi";
import { explain, listStorageClasses, selectorOf, type Access } from "./access";
import { quantity } from "./capacity";
import { podSelector, type Role } from "./context";
import { passwordVersionLabel } from "./password";
import { byteQuantity } from "./quantities";

/** What a stack wants of things that it may have made before and that cannot change in every way. */
export interface Change {
  readonly namespace: string;
  readonly instance: string;
  readonly claims: readonly WantedClaim[];
  /** Undefined for a Redis that is not the stack's. */
  readonly passwordVersion?: number;
}

/** A claim; the keys are those of the config, for the errors. */
export interface WantedClaim {
  readonly role: Role;
  readonly size: number;
  readonly sizeKey: string;
  readonly storageClass?: string;
  readonly classKey: string;
  readonly shared?: boolean;
}

/** What there is of it. */
export interface Present {
  readonly claims: readonly V1PersistentVolumeClaim[];
  /** Undefined where this login may not see them. */
  readonly classes?: readonly V1StorageClass[];
  readonly passwordVersion?: number;
}

/**
 * Stops the program before anything changes where a change would lose data, lock clients out or be refused half-way.
 *
 * @throws RunError with one line for each problem
 */
export async function checkChanges(access: Access, change: Change): Promise<void> {
  const problems = changeProblems(change, await lookUp(access, change));
  if (problems.length > 0) throw new RunError(problems.join("\n"));
}

/** The pure part of checkChanges. */
export function changeProblems(change: Change, present: Present): string[] {
  const claims = change.claims.flatMap((wanted) => {
    const role = (claim: V1PersistentVolumeClaim) => claim.metadata?.labels?.["app.kubernetes.io/component"];
    const claim = present.claims.find((each) => role(each) === wanted.role);
    return claim ? claimProblems(wanted, claim, present.classes) : [];
  });
  return [...claims, ...passwordProblems(change.passwordVersion, present.passwordVersion)];
}

function claimProblems(wanted: WantedClaim, claim: V1PersistentVolumeClaim, classes: Present["classes"]) {
  const { accessModes = [], storageClassName = "", resources } = claim.spec ?? {};
  const title = `claim ${claim.metadata?.name}, which exists,`;
  if (accessModes.includes("ReadWriteMany") !== (wanted.shared ?? false)) {
    const mode = `${title} is ${accessModes.join()}, and a claim cannot change that`;
    return [`config data.shared: ${wanted.shared} is not allowed; allowed: ${!wanted.shared}, as ${mode}`];
  }
  if (wanted.storageClass !== undefined && wanted.storageClass !== storageClassName) {
    const fault = `config ${wanted.classKey}: "${wanted.storageClass}" is not allowed`;
    return [`${fault}; allowed: ${storageClassName}, as ${title} has it, and a claim cannot change that`];
  }
  const size = quantity(resources?.requests?.storage ?? "0");
  const ofClaim = classes?.find(({ metadata }) => metadata?.name === storageClassName);
  const grows = classes === undefined || (ofClaim?.allowVolumeExpansion ?? false); // unseen: the cluster says so itself
  if (wanted.size === size || (wanted.size > size && grows)) return [];
  const reason = grows ? "and cannot shrink" : `and StorageClass ${storageClassName} cannot resize it`;
  const least = `${byteQuantity(size)}${grows ? " or more" : ""}`;
  const fault = `config ${wanted.sizeKey}: ${byteQuantity(wanted.size)} is not allowed`;
  return [`${fault}; allowed: ${least}, as ${title} has that ${reason}`];
}

function passwordProblems(wanted: number | undefined, present: number | undefined): string[] {
  if (wanted === undefined || present === undefined || Math.abs(wanted - present) <= 1) return [];
  const near = [present - 1, present, present + 1].filter((version) => version > 0).join(", ");
  const reason = "one step at a time, so that nobody is locked out";
  return [`config redis.passwordVersion: ${wanted} is not allowed; allowed: ${near}: ${reason}`];
}

async function lookUp(access: Access, change: Change): Promise<Present> {
  const { core } = access;
  const { namespace } = change;
  const labelSelector = selectorOf(podSelector(change));
  try {
    const [claims, classes, secrets] = await Promise.all([
      core.listNamespacedPersistentVolumeClaim({ namespace, labelSelector }),
      listStorageClasses(access),
      core.listNamespacedSecret({ namespace, labelSelector: `${labelSelector},${passwordVersionLabel}` }),
    ]);
    const version = secrets.items[0]?.metadata?.labels?.[passwordVersionLabel];
    return {
      claims: claims.items,
      classes,
      passwordVersion: version === undefined ? undefined : Number(version),
    };
  } catch (error) {
    throw new RunError(`cluster ${access.server} (context ${access.context}) ${explain(error)}`);
  }
}
