import type { V1DaemonSet } from "@kubernetes/client-node";
import { connect, may, type Access } from "../../components/kubernetes/access";
import { checkChanges } from "../../components/kubernetes/changes";
import { checkCluster } from "../../components/kubernetes/preflight";
import type { ClusterConfig } from "../../stacks/config";
import { changeOf, poolsOf, wantedOf } from "../../stacks/kubernetes/plan";
import { ownName } from "../target";
import { given, limited, ok, once, warning, wrong, type Check, type Finding } from "./check";
import type { Facts } from "./facts";
import { programVersion } from "./machine";

/** The Kubernetes that a stack's config names, and whether it has what the stack asks for. */
export function kubernetesChecks(facts: Facts): Check[] {
  const access = once(async () => limited(connect((await given(facts.config())).kubernetes), facts.seconds));
  const check = (name: string, look: (access: Access, config: ClusterConfig) => Promise<Finding>): Check => ({
    name,
    look: async () => {
      const [cluster, config] = await given(Promise.all([access(), facts.config()]));
      return limited(look(cluster, config), facts.seconds);
    },
  });
  return [
    kubectlCheck(facts),
    {
      name: "Kubernetes",
      look: async () => {
        const { context, server, version } = await access();
        const { gitVersion } = await limited(version.getCode(), facts.seconds);
        return ok(`${gitVersion}, context ${context}, ${server}`);
      },
    },
    check("Requirements", async (cluster, config) => {
      const { stack } = await given(facts.settings());
      await checkCluster(cluster, wantedOf(config, ownName(stack), poolsOf(config)));
      await checkChanges(cluster, changeOf(config, ownName(stack)));
      return ok("permissions, namespace, StorageClass, room on the nodes");
    }),
    check("Policies", async (cluster) => {
      const allowed = await may(cluster, { verb: "list", resource: "daemonsets", group: "apps" });
      return policyFinding(allowed ? (await cluster.apps.listDaemonSetForAllNamespaces()).items : []);
    }),
    {
      name: "Registry",
      look: async () => {
        const { registry, image } = await given(facts.config());
        if (registry === undefined || image.ref !== undefined) return [];
        return limited(registryFinding(registry), facts.seconds);
      },
    },
  ];
}

/** kubectl, with which commands are run on the cluster. */
export function kubectlCheck({ seconds }: Facts): Check {
  return {
    name: "kubectl",
    look: async () => {
      const answer = await limited(programVersion("kubectl", "version", "--client", "--output", "json"), seconds);
      if (answer === undefined) return wrong("is not installed", "see https://kubernetes.io/docs/tasks/tools/");
      return ok((JSON.parse(answer) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion);
    },
  };
}

const enforcing = /^(calico|cilium|canal|antrea|kube-router|weave|ovnkube|azure-npm|aws-node|kindnet|romana)/;

/** Whether a network plugin among a cluster's DaemonSets is known to enforce network policies, or not to. */
export function policyFinding(daemonSets: readonly Pick<V1DaemonSet, "metadata">[]): Finding {
  const names = daemonSets.map(({ metadata }) => metadata?.name ?? "");
  const found = names.find((name) => enforcing.test(name));
  if (found) return ok(`enforced by ${found}`);
  const mend = "a network plugin that enforces them, such as Calico or Cilium; Redis has its password either way";
  if (names.some((name) => name.includes("flannel"))) return warning("flannel does not enforce network policies", mend);
  return warning("it cannot be told whether the cluster enforces network policies", mend);
}

const localHost = /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/;

/** Whether a registry answers; one on loopback may do so without TLS, as Docker lets it. */
export async function registryFinding(registry: ClusterConfig["registry"] & string): Promise<Finding> {
  const [host = ""] = registry.split("/");
  const name = host === "docker.io" ? "registry-1.docker.io" : host;
  const schemes = localHost.test(host) ? ["http", "https"] : ["https"];
  const failures: string[] = [];
  for (const scheme of schemes) {
    try {
      const { status } = await fetch(`${scheme}://${name}/v2/`);
      if (status === 200) return ok(`${host} answers`);
      if (status === 401) return ok(`${host} answers, and wants a login`);
      failures.push(`HTTP ${status}`);
    } catch (error) {
      const { message, cause } = error as Error & { cause?: Error };
      failures.push(cause?.message || message);
    }
  }
  return wrong(`${host} does not answer as a registry does: ${failures[0]}`, `docker login ${host}`);
}
