import { daily } from "./daily";
import { KubernetesProject, registry } from "./kubernetes/project";

describe("a day with rcluster on Kubernetes", () => {
  const project = new KubernetesProject();
  daily(
    project,
    () => ["--platform", "kubernetes", "--registry", registry()],
    () => project.set(project.smallPods()),
  );
});
