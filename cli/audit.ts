import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { eksNames } from "../stacks/eks/plan";
import { leftovers, type Place } from "./leftovers";
import { main } from "./run";
import { chosenStack, setting } from "./stack";

const run = promisify(execFile);

main(async () => {
  const stack = chosenStack("npm run audit [-- STACK]", "dev");
  const [configured, profile] = await Promise.all([setting(stack, "aws:region"), setting(stack, "aws:profile")]);
  const region = configured ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
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
