import { type Access, found } from "./access";

/**
 * Whether a namespace has a claim that an earlier cluster left behind on purpose. One that is in use is no such thing:
 * it may be somebody else's whose cluster has the same name.
 */
export async function hasKeptClaim(access: Access, namespace: string, claimName: string): Promise<boolean> {
  const [claim, master] = await Promise.all([
    found(access.core.readNamespacedPersistentVolumeClaim({ namespace, name: claimName })),
    found(access.apps.readNamespacedStatefulSet({ namespace, name: "rmaster" })),
  ]);
  return claim !== undefined && master === undefined;
}
