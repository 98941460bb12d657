import type { Platform } from "../components/contracts";
import { main, pulumi } from "./run";
import { chosenStack, forStack, platformOf } from "./stack";

const gone: Readonly<Record<Platform, { readonly what: string; readonly stays: string }>> = {
  docker: { what: "containers, network and volumes", stays: "your data folder, the image, the settings" },
  kubernetes: {
    what: "pods, secrets and volumes",
    stays: "the image in its registry, the settings, /data where data.onDestroy is keep",
  },
  eks: {
    what: "pods, volumes, nodes, the EKS cluster, its network and images",
    stays: "the settings; a key of its own for the 7 days that AWS keeps it",
  },
};

main(async () => {
  const stack = chosenStack();
  const { what, stays } = gone[await platformOf(stack)];
  await pulumi(["destroy", "--yes", "--skip-preview", "--stack", stack]);
  console.log(`\nThe cluster of stack ${stack} is gone: ${what}.`);
  console.log(`What stays: ${stays}. 'npm start${forStack(stack)}' makes it again.`);
});
