/** Tags of AWS resources. */
export type Tags = Readonly<Record<string, string>>;

/** The tag that marks all that a stack makes: its value is PROJECT/STACK. */
export const stackTag = "rcluster:stack";

/** Tags of one resource; its name is what AWS's console shows. */
export function named(tags: Tags, name: string): Record<string, string> {
  return { ...tags, Name: name };
}
