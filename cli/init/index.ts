import { exitCodes, Failure } from "../failure";
import { ask } from "../target";
import { judge, settings, usualStack, type Answers } from "./settings";

/** What `rcluster init` is told on its command line. */
export interface InitOptions extends Partial<Omit<Answers, "stack">> {
  /** Whether to take the default of what is not named, instead of asking. */
  readonly yes?: boolean;
}

/**
 * Makes a stack with its settings, and selects it.
 *
 * @param stack its name; default: asked for, or the platform's usual one
 * @throws Failure if there is such a stack already, or a value is not allowed; then nothing was made
 */
export async function init(stack: string | undefined, { yes, ...said }: InitOptions): Promise<void> {
  const given = { ...said, ...(stack !== undefined && { stack }) };
  if (!yes && !process.stdin.isTTY) {
    throw new Failure("nobody is there to be asked: --yes takes the defaults of what is not named", exitCodes.usage);
  }
  const answers = yes ? withDefaults(given) : await (await import("./questions")).questions(given);
  judge(answers);
  const name = answers.stack;
  const stacks = JSON.parse(await ask(["stack", "ls", "--json"])) as readonly { name: string }[];
  if (stacks.some((known) => known.name.split("/").at(-1) === name)) {
    throw new Failure(
      `there is a stack ${name} already: 'rcluster up --stack ${name}' makes its cluster, 'npm run pulumi -- stack rm ${name}' removes it`,
    );
  }
  await ask(["stack", "init", name, "--no-select"]);
  const values = settings(answers).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  try {
    await ask(["config", "set-all", "--path", "--stack", name, ...values]);
    await ask(["stack", "select", name]);
  } catch (error) {
    await ask(["stack", "rm", "--yes", name]);
    throw error;
  }
  console.log(
    `Stack ${name} is made and selected; its settings are in Pulumi.${name}.yaml. 'rcluster up' makes the cluster.`,
  );
}

function withDefaults(said: Partial<Answers>): Answers {
  const { platform = "docker" } = said;
  if (!(platform in usualStack)) {
    throw new Failure(
      `platform ${JSON.stringify(platform)} is not allowed; allowed: ${Object.keys(usualStack).join(", ")}`,
      exitCodes.usage,
    );
  }
  return { stack: usualStack[platform as keyof typeof usualStack], workers: "auto", ...said, platform };
}
