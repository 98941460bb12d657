import * as fs from "node:fs";
import { kubectl } from "../kubernetes/kubectl";
import { KubernetesProject } from "../kubernetes/project";
import { command, success, type Result } from "../project";

const hints = {
  RCLUSTER_TEST_AWS_LIST: "a command that lists, one a line, what is in the AWS account that tests may fill and empty",
  RCLUSTER_TEST_AWS_FAIL: "the name of the variable that makes the creation of a resource type fail once",
};

function setting(name: keyof typeof hints): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`set ${name} to ${hints[name]}`);
}

/** The region of the tests' account. */
export const region = process.env.AWS_REGION ?? "eu-west-1";

/** What is in the account. */
export async function account(): Promise<string[]> {
  const output = await success("sh", ["-c", setting("RCLUSTER_TEST_AWS_LIST")]);
  return output.split("\n").filter(Boolean);
}

/** A project whose stack makes its cluster in a simulated AWS account. */
export class AwsProject extends KubernetesProject {
  override get imageName(): string {
    return `rcluster/${this.stack}`;
  }

  protected override place(): Record<string, string> {
    return { platform: "eks", "aws.publicAccess": "all" };
  }

  /** Nobody makes nodes in a simulated account: the ones there get the labels of the stack's node pools. */
  async labelNodes(): Promise<void> {
    const labels = ["core", "worker"].map((role) => `rcluster.node.${role}=${this.stack}`);
    await kubectl("label", "nodes", "--all", "--overwrite", ...labels);
  }

  /** An `up` during which the next creation of each type fails, unless it has in the `up` before. */
  async upWithout(...types: readonly string[]): Promise<Result> {
    const env = { [setting("RCLUSTER_TEST_AWS_FAIL")]: types.join() };
    return this.pulumi(["up", "--yes", "--skip-preview"], { env });
  }

  /** The types of AWS that an `up` would make. */
  async awsTypes(): Promise<string[]> {
    const { stdout } = await this.pulumi(["preview", "--json"]);
    const { steps } = JSON.parse(stdout) as { steps: { newState: { type: string } }[] };
    const types = steps.map(({ newState }) => newState.type).filter((type) => type.startsWith("aws:"));
    return [...new Set(types)];
  }

  override async remove(): Promise<void> {
    const image = fs.existsSync(this.folder) ? await this.image() : undefined;
    await super.remove();
    const labels = ["core", "worker"].map((role) => `rcluster.node.${role}-`);
    await command("kubectl", ["label", "nodes", "--all", ...labels]);
    if (image) await command("docker", ["image", "rm", "--force", image]);
  }

  private async image(): Promise<string | undefined> {
    return this.cluster().then(
      ({ image }) => `${image.split("@")[0]}:${this.stack}`,
      () => undefined,
    );
  }
}
