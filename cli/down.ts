import { main, pulumi } from "./run";
import { stack } from "./stack";

main(async () => {
  await pulumi(["destroy", "--yes", "--skip-preview", "--stack", stack]);
  console.log(`\nNothing of the cluster is left. 'npm start' makes it again.`);
});
