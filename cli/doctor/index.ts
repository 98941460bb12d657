import { exitCodes } from "../failure";
import { root } from "../run";
import { progress } from "../terminal";
import { examine, type Check } from "./check";
import { gatherFacts, type Facts } from "./facts";
import { machineChecks } from "./machine";
import { report } from "./report";
import { runningChecks } from "./running";
import { stackChecks } from "./stack";

export interface DoctorOptions {
  readonly stack?: string;
  readonly json?: boolean;
  /** Seconds that each check may take. */
  readonly timeout: number;
}

/**
 * Looks at this machine, the stack, its platform and its cluster, changes nothing, and tells what is wrong and how to
 * mend it.
 *
 * @returns the exit code: 0 if nothing is wrong
 */
export async function doctor({ stack, json, timeout }: DoctorOptions): Promise<number> {
  process.chdir(root); // paths in the settings are relative to it, as for `up`
  const facts = gatherFacts(stack, timeout);
  const findings = await progress("looking", async (show) => {
    const checks = [
      ...machineChecks(facts),
      ...stackChecks(facts),
      ...(await platformChecks(facts)),
      ...runningChecks(facts),
    ];
    return examine(checks, (done) => show(`looking: ${done} of ${checks.length} done`));
  });
  const bad = findings.some(({ verdict }) => verdict === "wrong");
  console.log(json ? JSON.stringify({ ok: !bad, findings }, undefined, 2) : report(findings, process.stdout.columns));
  return bad ? exitCodes.failed : 0;
}

// Loaded before anything is timed: SDKs take their time.
async function platformChecks(facts: Facts): Promise<Check[]> {
  const platform = (await facts.settings().catch(() => undefined))?.texts["rcluster:platform"];
  if (platform === "kubernetes") return (await import("./kubernetes")).kubernetesChecks(facts);
  if (platform === "eks") return (await import("./aws")).awsChecks(facts);
  return [];
}
