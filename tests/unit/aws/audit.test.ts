import * as assert from "node:assert/strict";
import { leftovers } from "../../../cli/leftovers";

const account = "123456789012";
const place = { tag: "rcluster/dev", clusterName: "rcluster-dev", account };
const arn = (service: string, id: string) => `arn:aws:${service}:eu-west-1:${account}:${id}`;

/** The AWS CLI with these answers, by their first two words; nothing for all others. */
const cli =
  (answers: Record<string, object>) =>
  (...args: string[]) =>
    Promise.resolve(JSON.stringify(answers[args.slice(0, 2).join(" ")] ?? {}));

describe("the audit of an AWS account", () => {
  it("finds nothing in an empty one", async () => {
    assert.deepEqual(await leftovers(place, cli({})), []);
  });

  it("asks for the stack's tag, and for what EKS and its volume driver made for the cluster", async () => {
    const asked: string[] = [];
    await leftovers(place, (...args) => {
      asked.push(args.join(" "));
      return Promise.resolve("{}");
    });
    const wanted = [
      "resourcegroupstaggingapi get-resources --tag-filters Key=rcluster:stack,Values=rcluster/dev",
      "ec2 describe-volumes --filters Name=tag:eks:eks-cluster-name,Values=rcluster-dev",
      "logs describe-log-groups --log-group-name-prefix /aws/eks/rcluster-dev/",
    ];
    for (const command of wanted) assert.ok(asked.includes(command), command);
  });

  it("lists what it finds once, a key that waits for its deletion with the date", async () => {
    const mapping = [
      arn("ec2", "vpc/vpc-1"),
      arn("kms", "key/k-1"),
      arn("ec2", "volume/vol-1"),
      arn("ec2", "instance/i-1"),
    ];
    const found = await leftovers(
      place,
      cli({
        "resourcegroupstaggingapi get-resources": {
          ResourceTagMappingList: mapping.map((ResourceARN) => ({ ResourceARN })),
        },
        "kms describe-key": { KeyMetadata: { KeyState: "PendingDeletion", DeletionDate: "2026-12-01T00:00:00Z" } },
        "ec2 describe-volumes": { Volumes: [{ VolumeId: "vol-1", State: "available" }] },
        "ec2 describe-instances": {
          Reservations: [
            {
              Instances: [
                { InstanceId: "i-1", State: { Name: "terminated" } },
                { InstanceId: "i-2", State: { Name: "running" } },
              ],
            },
          ],
        },
        "ec2 describe-security-groups": {
          SecurityGroups: [{ GroupId: "sg-1", GroupName: "eks-cluster-sg-rcluster-dev-1" }],
        },
        "logs describe-log-groups": { logGroups: [{ logGroupName: "/aws/eks/rcluster-dev/cluster" }] },
        "iam list-roles": {
          Roles: [
            { RoleName: "cluster-node-1a2b", Description: "Nodes of rcluster-dev" },
            { RoleName: "bucket-pods-1a2b", Description: `Pods that use bucket rcluster-dev-${account}` },
            { RoleName: "cluster-node-3c4d", Description: "Nodes of rcluster-dev2" },
            { RoleName: "somebody" },
          ],
        },
        "budgets describe-budgets": { Budgets: [{ BudgetName: "rcluster-dev" }, { BudgetName: "other" }] },
      }),
    );
    assert.deepEqual(found, [
      "budget rcluster-dev",
      "ec2 vpc/vpc-1",
      "instance i-2",
      "kms key/k-1 (is deleted on 2026-12-01T00:00:00Z)",
      "log group /aws/eks/rcluster-dev/cluster",
      "role bucket-pods-1a2b",
      "role cluster-node-1a2b",
      "security group sg-1 eks-cluster-sg-rcluster-dev-1",
      "volume vol-1 (available)",
    ]);
  });
});
