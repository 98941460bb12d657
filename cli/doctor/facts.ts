import { findEngine } from "../../components/docker/engine";
import { parseConfig, type ClusterConfig } from "../../stacks/config";
import { exitCodes, Failure } from "../failure";
import { ask, openTarget, selectedStack } from "../target";
import { limited, once } from "./check";

/** A stack's settings. */
export interface Settings {
  readonly stack: string;
  /** All keys with their values as text, those of other namespaces (`aws:region`) too. */
  readonly texts: Readonly<Record<string, string>>;
}

/** What several checks build upon, found out once, each within the time that a check has. */
export type Facts = ReturnType<typeof gatherFacts>;

export function gatherFacts(stack: string | undefined, seconds: number) {
  const fact = <T>(find: () => Promise<T>) => once(() => limited(find(), seconds));
  const settings = fact(() => readSettings(stack));
  const config = once(async () => judge(await settings()));
  return {
    seconds,
    engine: fact(findEngine),
    settings,
    /** Only of one whose settings are right. */
    config,
    /** Undefined for a stack that is not up. */
    target: once(async () => {
      const { stack: name } = await settings();
      return limited(openTarget(name), seconds).catch((error: unknown) => {
        if (error instanceof Failure && error.exitCode === exitCodes.stack) return undefined;
        throw error;
      });
    }),
  };
}

async function readSettings(stack?: string): Promise<Settings> {
  const name = stack ?? (await selectedStack());
  const json = await ask(["config", "--json", "--show-secrets", "--stack", name]);
  const entries = Object.entries(JSON.parse(json) as Record<string, { value?: string }>);
  return { stack: name, texts: Object.fromEntries(entries.map(([key, { value = "" }]) => [key, value])) };
}

const prefix = "rcluster:";

/** @throws RunError with one line for each bad value, as `up` says them */
export function judge({ texts }: Settings): ClusterConfig {
  const own = Object.entries(texts).filter(([key]) => key.startsWith(prefix));
  return parseConfig(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])));
}
