import { setFlagsFromString } from "node:v8";
import { InvalidArgumentError, type Command } from "commander";
import { examples, stackCommand } from "../options";
import type { UiOptions } from "../ui";

export function register(program: Command): void {
  stackCommand(program, "ui", "open the dashboard in the browser: queue, workers over time, loops, failures, logs")
    .option("-q, --queue <name>", "queue to look at (default: the stack's own)")
    .option("-p, --port <number>", "port on this machine (default: any free one)", portNumber)
    .option("--no-open", "print the address, open nothing")
    .addHelpText("after", examples(["rcluster ui", "until Ctrl-C"], ["rcluster ui --no-open --port 8800", "elsewhere"]))
    .action(async (options: UiOptions) => {
      // It runs for hours beside other work, and makes little garbage: a small space for it saves 15 MB.
      setFlagsFromString("--max-semi-space-size=1");
      setFlagsFromString("--semi-space-growth-factor=1");
      await (await import("../ui")).ui(options);
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError("Allowed: a whole number from 1 to 65535.");
}
