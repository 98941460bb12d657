import { daily } from "./daily";
import { Project } from "./project";

describe("a day with rcluster on Docker", () => {
  daily(
    new Project(),
    () => ["--platform", "docker"],
    () => Promise.resolve(),
  );
});
