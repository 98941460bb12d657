/** What the exit codes of `rcluster` mean; `rcluster run` ends with the script's own. */
export const exitCodes = {
  failed: 1,
  usage: 2,
  /** No such stack, or it is not up. */
  stack: 3,
  /** No such job or file. */
  missing: 4,
  /** Docker or the cluster does not answer, or lacks what the stack made. */
  unreachable: 5,
  interrupted: 130,
} as const;

/** Something that a command cannot do, as one clear line. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}
