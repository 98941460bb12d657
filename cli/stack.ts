import { platforms, type Platform } from "../components/contracts";
import { pulumi } from "./run";

const usage = "usage: npm start [-- STACK] or npm run down [-- STACK]; without STACK it is `local`";

/** The stack that a command works on: its first argument, else `fallback`. */
export function chosenStack(args: readonly string[] = process.argv.slice(2), fallback = "local"): string {
  const [stack = fallback, ...rest] = args;
  if (stack.startsWith("-") || rest.length > 0) throw new Error(usage);
  return stack;
}

/** Makes the stack if there is none of the name. The selected one stays selected: others go on working on it. */
export async function ensureStack(stack: string): Promise<void> {
  if (stack === "local") {
    await pulumi(["stack", "select", "--create", stack]);
    return;
  }
  const list = JSON.parse(await pulumi(["stack", "ls", "--json"], { capture: true })) as { name: string }[];
  if (list.some(({ name }) => name.split("/").at(-1) === stack)) return;
  await pulumi(["stack", "init", "--no-select", stack]);
}

/** Where the stack's cluster runs. */
export async function platformOf(stack: string): Promise<Platform> {
  const config = await pulumi(["config", "--json", "--stack", stack], { capture: true });
  const value = (JSON.parse(config) as Record<string, { value?: string } | undefined>)["rcluster:platform"]?.value;
  return platforms.find((platform) => platform === value) ?? "docker";
}

/** What to append to a command of npm's for it to work on the stack too. */
export function forStack(stack: string): string {
  return stack === "local" ? "" : ` -- ${stack}`;
}
