import * as fs from "node:fs";
import * as path from "node:path";
import { success } from "../project";

// A network that somebody else has made: a VPC with a private subnet in each of the zones.
const program = (zones: string) => `
const aws = require("@pulumi/aws");
const vpc = new aws.ec2.Vpc("own", { cidrBlock: "10.9.0.0/16", enableDnsHostnames: true });
exports.vpc = vpc.id;
exports.subnets = ${JSON.stringify(zones.split(""))}.map((zone, index) => new aws.ec2.Subnet("own-" + zone, {
  vpcId: vpc.id, availabilityZone: process.env.AWS_REGION + zone, cidrBlock: "10.9." + index * 16 + ".0/20",
}).id);
`;

/** A VPC of somebody else's, made by a Pulumi program of its own. */
export class ForeignNetwork {
  private readonly folder: string;

  constructor(
    parent: string,
    modules: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.folder = path.join(parent, "foreign-network");
    fs.mkdirSync(this.folder);
    fs.symlinkSync(modules, path.join(this.folder, "node_modules"));
    fs.writeFileSync(path.join(this.folder, "Pulumi.yaml"), "name: foreign\nruntime: nodejs\n");
    fs.writeFileSync(path.join(this.folder, "package.json"), '{"name": "foreign", "main": "index.js"}');
  }

  /** Makes it, or changes its subnets to one in each of these zones, such as "ab". Returns the VPC's id. */
  async up(zones: string): Promise<string> {
    fs.writeFileSync(path.join(this.folder, "index.js"), program(zones));
    await this.pulumi("stack", "select", "--create", "foreign");
    await this.pulumi("up", "--yes", "--skip-preview");
    return (await this.pulumi("stack", "output", "vpc")).trim();
  }

  async remove(): Promise<void> {
    await this.pulumi("destroy", "--yes", "--skip-preview");
  }

  private async pulumi(...args: string[]): Promise<string> {
    const env = {
      ...process.env,
      ...this.env,
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    return success(process.execPath, [require.resolve("pulumi/run.js"), ...args], { cwd: this.folder, env });
  }
}
