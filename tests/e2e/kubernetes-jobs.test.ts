import { isReady } from "../../components/kubernetes/diagnose";
import { jobs } from "./jobs";
import { kubectl } from "./kubernetes/kubectl";
import { KubernetesProject } from "./kubernetes/project";
import { eventually } from "./project";

// In a namespace that was there before, which does not take with it what a stack forgets.
describe("jobs on Kubernetes", () => {
  const project = new KubernetesProject();
  const remove = (pod: string) => project.kubectl("delete", "pod", pod, "--grace-period=0", "--force");
  before(async () => {
    await kubectl("create", "namespace", project.namespace);
    await project.create({ "kubernetes.namespace": project.namespace });
    await project.up();
  });
  after(() => project.remove());

  jobs(project, {
    deleteMaster: () => remove("rmaster-0"),
    restartRedis: async () => {
      await remove("redis-0");
      const ready = async () => ((await project.pods("redis")).some(isReady) ? true : undefined);
      await eventually("another Redis runs", ready, 90);
    },
    killWorker: async () => remove((await project.podNames("worker"))[0] ?? ""),
    onMaster: (command) => project.kubectl("exec", "rmaster-0", "--", "sh", "-c", command),
    leftovers: async () => {
      const kinds = "jobs,pods,podtemplates,persistentvolumeclaims,secrets,deployments,statefulsets,networkpolicies";
      const selector = `app.kubernetes.io/instance=${project.stack}`;
      const names = await project.kubectl("get", kinds, "--selector", selector, "--output", "name");
      return names.split("\n").filter(Boolean);
    },
  });
});
