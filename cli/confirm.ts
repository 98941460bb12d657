import { exitCodes, Failure } from "./failure";

/**
 * Asks the person at the terminal.
 *
 * @param otherwise the option that says yes where nobody can be asked
 * @throws Failure if they say no, or nobody is there
 */
export async function confirm(question: string, otherwise: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Failure(`${question} Nobody is there to say: ${otherwise} says yes`, exitCodes.usage);
  }
  const prompts = await import("@inquirer/prompts");
  if (!(await prompts.confirm({ message: question, default: false }))) throw new Failure("nothing was done");
}
