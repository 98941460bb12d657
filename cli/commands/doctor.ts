import { InvalidArgumentError, type Command } from "commander";
import { examples, stackCommand } from "../options";
import type { DoctorOptions } from "../doctor";

export function register(program: Command): void {
  stackCommand(program, "doctor", "tell what is wrong, and how to mend it; changes nothing")
    .option("--timeout <seconds>", "seconds that each check may take", seconds, 5)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples(
        ["rcluster doctor", "this machine, the settings, the platform, the cluster"],
        ["rcluster doctor --json", "exits with 0 if nothing is wrong, with 1 otherwise"],
      ),
    )
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import("../doctor");
      process.exit(await doctor(options)); // a program that did not answer in time would keep this one waiting
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new InvalidArgumentError("Allowed: a number above 0.");
}
