import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { eksNames } from "../stacks/eks/plan";
import { leftovers, type Place } from "./leftovers";
import { main, pulumi } from "./run";
import { chosenStack } from "./stack";

const run = promisify(execFile);

main(async () => {
  const stack = chosenStack(process.argv.slice(2), "dev");
  const config = await pulumi(["config", "--json", "--stack", stack], { capture: true });
  const setting = (key: string) => (JSON.parse(config) as Record<string, { value?: string } | undefined>)[key]?.value;
  const region = setting("aws:region") ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  const profile = setting("aws:profile");
  const chosen = [...(region ? ["--region", region] : []), ...(profile ? ["--profile", profile] : [])];
  const cli = async (...args: string[]) => (await run("aws", [...args, "--output", "json", ...chosen])).stdout;

  const { Account: account } = JSON.parse(await cli("sts", "get-caller-identity")) as { Account: string };
  const names = eksNames(stack, account);
  const place: Place = { tag: `rcluster/${stack}`, clusterName: names.cluster, account };
  const found = await leftovers(place, cli);
  for (const line of found) console.log(line);
  console.log(
    found.length === 0
      ? `Account ${account} has nothing of stack ${stack}${region ? ` in ${region}` : ""}.`
      : `\n${found.length} things of stack ${stack} are there. If it was destroyed, run 'npm run down -- ${stack}' again.`,
  );
  if (found.length > 0) process.exitCode = 1;
});
