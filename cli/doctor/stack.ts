import { names as namesOf } from "../../components/environment";
import { checkMachine } from "../../components/docker/preflight";
import { machinePlan } from "../../stacks/dockerPlan";
import { ownName } from "../target";
import { given, limited, ok, wrong, type Check } from "./check";
import type { Facts } from "./facts";

/** The stack, its settings, and on Docker whether names and ports are free for it. */
export function stackChecks(facts: Facts): Check[] {
  return [
    {
      name: "Stack",
      look: async () => {
        const { stack, texts } = await facts.settings();
        return ok(`${stack}, on ${texts["rcluster:platform"] ?? "docker"}`);
      },
    },
    {
      name: "Settings",
      look: async () => {
        await given(facts.settings());
        const lines = await facts.config().then(
          () => [],
          (error: unknown) => (error as Error).message.split("\n"),
        );
        const mend = "`npm run pulumi -- config set --path KEY VALUE`, or `config rm --path KEY`";
        return lines.length > 0 ? lines.map((line) => wrong(line, mend)) : ok("valid");
      },
    },
    {
      name: "Names, ports",
      look: async () => {
        const config = await given(facts.config());
        if (config.platform !== "docker") return [];
        const [{ stack }, engine] = await given(Promise.all([facts.settings(), facts.engine()]));
        const name = ownName(stack);
        const plan = machinePlan(config, engine, namesOf(name), `rcluster/${name}`);
        await limited(checkMachine(plan, engine), facts.seconds);
        return ok("free for this stack");
      },
    },
  ];
}
