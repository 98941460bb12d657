import { main, pulumi } from "./run";
import { chosenStack, forStack } from "./stack";

main(async () => {
  const stack = chosenStack();
  await pulumi(["destroy", "--yes", "--skip-preview", "--stack", stack]);
  console.log(`\nThe cluster of stack ${stack} is gone: containers, network and volumes.`);
  console.log(`What stays: your data folder, the image, the settings. 'npm start${forStack(stack)}' makes it again.`);
});
