import * as assert from "node:assert/strict";
import type { Named } from "../../cli/doctor/check";
import type { Project } from "./project";

/** What `rcluster doctor` finds on a loaded machine, which may take longer than its 5 seconds. */
export async function examined(project: Project, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []) {
  const all = ["doctor", "--json", "--timeout", "60", ...(args.length > 0 ? args : ["--stack", project.stack])];
  const { code, stdout } = await project.rcluster(all, { env });
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Named[] };
  assert.equal(code, ok ? 0 : 1);
  const wrong = findings.filter(({ verdict }) => verdict === "wrong");
  assert.equal(ok, wrong.length === 0);
  return { findings, wrong, said: (check: string) => findings.filter((each) => each.check === check) };
}
