import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "env", "print what an R on this machine needs to join: the address of Redis, with its password")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples(
        ['eval "$(rcluster env)"', "for the Rs that this shell starts"],
        ["rcluster connect", "keeps that address open, where the cluster is on Kubernetes"],
      ),
    )
    .action(async ({ stack, json }: { stack?: string; json?: boolean }) => {
      const { openTarget } = await import("../target");
      const { describeEnvironment } = await import("../join");
      const target = await openTarget(stack);
      console.log(
        json
          ? JSON.stringify({ REDIS_URL: target.redisUrl, RCLUSTER_QUEUE: target.queue })
          : describeEnvironment(target),
      );
    });
}
