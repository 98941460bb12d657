import { platforms, type Platform } from "../components/contracts";
import { pulumi } from "./run";
import { ask } from "./target";

/** The stack that a command of npm's works on: its first argument, else `fallback`. */
export function chosenStack(usage: string, fallback: string): string {
  const [stack = fallback, ...rest] = process.argv.slice(2);
  if (stack.startsWith("-") || rest.length > 0) throw new Error(`usage: ${usage}; without STACK it is ${fallback}`);
  return stack;
}

/** Makes the stack if there is none of the name. The selected one stays selected: others go on working on it. */
export async function ensureStack(stack: string): Promise<void> {
  if (stack === "local") {
    await pulumi(["stack", "select", "--create", stack]);
    return;
  }
  const list = JSON.parse(await ask(["stack", "ls", "--json"])) as readonly { name: string }[];
  if (list.some(({ name }) => name.split("/").at(-1) === stack)) return;
  await pulumi(["stack", "init", "--no-select", stack]);
}

/** A value of a stack's config as text, such as that of `rcluster:workers`; undefined if it is not set. */
export async function setting(stack: string, key: string): Promise<string | undefined> {
  const config = JSON.parse(await ask(["config", "--json", "--stack", stack])) as Record<
    string,
    { value?: string } | undefined
  >;
  return config[key]?.value;
}

/** Where the stack's cluster runs. */
export async function platformOf(stack: string): Promise<Platform> {
  const value = await setting(stack, "rcluster:platform");
  return platforms.find((platform) => platform === value) ?? "docker";
}
