import * as fs from "node:fs";
import * as path from "node:path";
import type { Cluster } from "../components/contracts";
import { findEngine } from "../components/docker/engine";
import { backendEnvironment, writeShellFile } from "./backend";
import { main, pulumi, root, run } from "./run";
import { stack } from "./stack";

const example = path.join("examples", "first.R");

main(async () => {
  await findEngine();
  await pulumi(["stack", "select", "--create", stack]);
  await pulumi(["up", "--yes", "--skip-preview", "--stack", stack]);

  const output = await pulumi(["stack", "output", "cluster", "--json", "--stack", stack], { capture: true });
  const { names, commands } = JSON.parse(output) as Cluster;
  console.log(`\nRunning ${example} on ${names.master}:\n`);
  await run("docker", ["exec", "--interactive", names.master, "Rscript", "-"], {
    stdin: fs.createReadStream(path.join(root, example)),
  });
  const shellFile = writeShellFile(root, backendEnvironment(root));
  console.log(nextSteps(commands.shell, shellFile));
});

function nextSteps(shell: string, shellFile: string): string {
  const others = stack === "local" ? "" : ` -- ${stack}`;
  return `
Next:
  ${shell}
      an R of your own on the cluster: foreach(i = 1:100) %dopar% runif(1)
  npm run pulumi -- config set workers 4 --stack ${stack} && npm start${others}
      more workers
  npm run down${others}
      ends the cluster
  source ${shellFile}
      makes plain 'pulumi' work in this shell
`;
}
