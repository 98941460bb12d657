import type { Command } from "commander";
import { examples, stackCommand } from "../options";

export function register(program: Command): void {
  stackCommand(program, "connect", "keep Redis open on this machine, for Rs that join by 'rcluster env'")
    .addHelpText("after", examples(["rcluster connect", "until Ctrl-C"]))
    .action(async ({ stack }: { stack?: string }) => {
      const { openTarget } = await import("../target");
      const { connect } = await import("../connect");
      await connect(await openTarget(stack));
    });
}
