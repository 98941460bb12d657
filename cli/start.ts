import * as fs from "node:fs";
import * as path from "node:path";
import type { Cluster } from "../components/contracts";
import { findEngine } from "../components/docker/engine";
import { backendEnvironment, writeShellFile } from "./backend";
import { main, pulumi, root, run } from "./run";
import { chosenStack, ensureStack, platformOf } from "./stack";

const example = path.join("examples", "first.R");

main(async () => {
  const stack = chosenStack("npm start [-- STACK]", "local");
  await ensureStack(stack);
  const platform = await platformOf(stack);
  if (platform === "docker") await findEngine();
  // What costs money is shown first, and asked for.
  const unasked = platform === "eks" ? [] : ["--yes", "--skip-preview"];
  await pulumi(["up", ...unasked, "--stack", stack]);

  const output = await pulumi(["stack", "output", "cluster", "--json", "--stack", stack], { capture: true });
  const { names, workers, exec, commands } = JSON.parse(output) as Cluster;
  if (workers > 0) {
    console.log(`\nRunning ${example} on ${names.master}:\n`);
    const [program, ...args] = [...exec, "Rscript", "-"];
    await run(program, args, { stdin: fs.createReadStream(path.join(root, example)) });
  }
  const shellFile = writeShellFile(root, backendEnvironment(root));
  console.log(nextSteps(stack, commands.shell, shellFile));
});

function nextSteps(stack: string, shell: string, shellFile: string): string {
  const on = stack === "local" ? "" : ` --stack ${stack}`;
  return `
Next:
  ${shell}
      an R of your own on the cluster: foreach(i = 1:100) %dopar% runif(1)
  npx rcluster run my-analysis.R${on}
      a script of yours
  npx rcluster scale 4${on}
      another number of workers
  npx rcluster down${on}
      ends the cluster
  npx rcluster --help
      the rest: jobs, what goes on, files, your own R
  source ${shellFile}
      makes plain 'pulumi' work in this shell
`;
}
