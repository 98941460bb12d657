import { quote } from "../components/quote";
import type { Target } from "./target";

/** The R package that is in the image, for the user's own R. */
const source = "cat /usr/local/lib/rcluster/source/rcluster_*.tar.gz";

/** One line that installs, in the R of this machine, the package that the running image has. */
export function installLine({ cluster }: Target): string {
  const copy = [...cluster.exec, "sh", "-c", source].map(quote).join(" ");
  return `d=$(mktemp -d) && ${copy} > "$d/rcluster.tar.gz" && R CMD INSTALL "$d/rcluster.tar.gz"; rm -rf "$d"`;
}

/** What a shell evaluates so that its Rs join the cluster; the rest is comments. */
export function describeEnvironment(target: Target): string {
  const { redisUrl, queue, cluster, stack } = target;
  return [
    `export REDIS_URL=${quote(redisUrl)}`,
    `export RCLUSTER_QUEUE=${quote(queue)}`,
    ...(cluster.commands.portForward ? [`# while this runs: rcluster connect --stack ${stack}`] : []),
    "# in R: library(foreach); rcluster::registerRCluster()",
    "# a worker more: Rscript -e 'rcluster::worker()'",
    "# the package for it, once (with foreach, globals and the library hiredis):",
    `# ${installLine(target)}`,
  ].join("\n");
}
