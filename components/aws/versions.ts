/**
 * Kubernetes versions that EKS supports without a surcharge, oldest first.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, read in November 2026
 */
export const versions = ["1.34", "1.35", "1.36"] as const;

/** The versions that a cluster may have next: its own, and one step up. */
export function versionsAfter(present: string): string[] {
  const minor = (version: string) => Number(version.split(".")[1]);
  const next = versions.filter((version) => minor(version) === minor(present) + 1);
  return [present, ...next];
}
