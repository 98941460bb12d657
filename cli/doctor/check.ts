/** What is thought of something: good, worth knowing, or in the way. */
export type Verdict = "ok" | "warning" | "wrong";

/** What a check found. */
export interface Finding {
  readonly verdict: Verdict;
  /** What is so, in a line. */
  readonly what: string;
  /** How it is mended, where that is not said already. */
  readonly mend?: string;
}

/** A finding under the name of its check. */
export interface Named extends Finding {
  readonly check: string;
}

/** What a cluster consists of. */
export interface Parts {
  /** Whether they are up. */
  readonly findings: readonly Finding[];
  /** The image of master and workers, by the name of the container or pod. */
  readonly images: ReadonlyMap<string, string>;
}

/** One thing to look at. It changes nothing. */
export interface Check {
  readonly name: string;
  /**
   * Looks, given what the check builds upon.
   *
   * @throws Untold where that is not there, since the check of it tells so
   */
  readonly look: () => Promise<Finding | readonly Finding[]>;
}

/** What a check builds upon is not there, and nothing is to be said of it. */
export class Untold extends Error {}

/** A check has taken too long. */
export class TooLong extends Error {}

export const ok = (what: string): Finding => ({ verdict: "ok", what });
export const warning = (what: string, mend?: string): Finding => ({ verdict: "warning", what, ...(mend && { mend }) });
export const wrong = (what: string, mend?: string): Finding => ({ verdict: "wrong", what, ...(mend && { mend }) });

/** A value that is found out once, when it is first asked for. */
export function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= find());
}

/** What a check builds upon; where it is not there, the check says nothing. */
export async function given<T>(fact: Promise<T | undefined>): Promise<T> {
  const value = await fact.catch(() => undefined);
  if (value === undefined) throw new Untold();
  return value;
}

/** Waits for something, but not for ever. */
export async function limited<T>(work: Promise<T>, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLong(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Looks at everything at a time. What fails is wrong, with a finding for each line of the error.
 *
 * @param told is called whenever a check is done, with how many are
 */
export async function examine(checks: readonly Check[], told: (done: number) => void = () => undefined) {
  let done = 0;
  const found = await Promise.all(
    checks.map(async ({ name, look }) => {
      const findings = await look().catch(failures);
      told(++done);
      return [findings].flat().map((finding): Named => ({ check: name, ...finding }));
    }),
  );
  return found.flat();
}

function failures(error: unknown): Finding[] {
  if (error instanceof Untold) return [];
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n").map((line) => wrong(line));
}
