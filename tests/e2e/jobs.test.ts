import { jobs } from "./jobs";
import { docker, Project } from "./project";

describe("jobs on Docker", () => {
  const project = new Project();
  const name = (role: string) => `${role}-${project.stack}`;
  before(async () => {
    await project.create({ workers: "2", "job.memory": "400Mi" });
    await project.up();
  });
  after(() => project.remove());

  jobs(project, {
    deleteMaster: () => docker("rm", "--force", name("rmaster")),
    restartRedis: () => docker("restart", "--time", "0", name("redis")),
    killWorker: () => docker("kill", `${name("rworker")}-1`),
    onMaster: (command) => docker("exec", name("rmaster"), "sh", "-c", command),
    leftovers: () => project.leftovers(),
  });
});
