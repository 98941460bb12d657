import { main, pulumi } from "./run";

main(async () => {
  await pulumi(process.argv.slice(2));
});
