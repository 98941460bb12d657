import * as fs from "node:fs";
import * as path from "node:path";
import type { Cluster } from "../components/contracts";
import { findEngine } from "../components/docker/engine";
import { backendEnvironment, writeShellFile } from "./backend";
import { main, pulumi, root, run } from "./run";
import { chosenStack, ensureStack, forStack, platformOf } from "./stack";

const example = path.join("examples", "first.R");

main(async () => {
  const stack = chosenStack();
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
  return `
Next:
  ${shell}
      an R of your own on the cluster: foreach(i = 1:100) %dopar% runif(1)
  npm run pulumi -- config set workers 4 --stack ${stack} && npm start${forStack(stack)}
      another number of workers
  npm run down${forStack(stack)}
      ends the cluster
  source ${shellFile}
      makes plain 'pulumi' work in this shell
`;
}
