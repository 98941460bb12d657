import * as assert from "node:assert/strict";
import type { CoreV1Event } from "@kubernetes/client-node";
import { RunError } from "@pulumi/pulumi";
import { explained, nodeTroubles } from "../../../components/aws/nodeTrouble";
import type { Access } from "../../../components/kubernetes/access";

const event = (kind: string, message: string, type = "Warning") =>
  ({ type, message, involvedObject: { kind } }) as CoreV1Event;
const quota = event(
  "NodeClaim",
  "creating instance, insufficient capacity, with fleet error(s), VcpuLimitExceeded: You have requested more vCPU " +
    "capacity than your current vCPU limit of 32 allows for the instance bucket that the instance type belongs to.",
);
const access = (events: CoreV1Event[]) =>
  ({ core: { listEventForAllNamespaces: () => Promise.resolve({ items: events }) } }) as unknown as Access;

describe("nodes that do not come", () => {
  it("are explained by AWS's reason, with what helps, once each", () => {
    assert.deepEqual(nodeTroubles([quota, quota]), [
      "VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 32 allows for the " +
        "instance bucket that the instance type belongs to.; what helps: ask for more vCPUs of 'Running On-Demand " +
        "Standard instances' in Service Quotas",
    ]);
    const spot = event("NodePool", "AuthFailure.ServiceLinkedRoleCreationNotPermitted: The provided credentials ...");
    assert.match(nodeTroubles([spot])[0] ?? "", /what helps: 'aws iam create-service-linked-role/);
    assert.deepEqual(nodeTroubles([event("NodeClass", "no subnets found")]), ["no subnets found"]);
  });

  it("have nothing to do with other warnings, or with good news", () => {
    assert.deepEqual(nodeTroubles([event("Pod", "Back-off"), event("NodeClaim", "Launched", "Normal")]), []);
  });

  it("are the reason given where pods cannot be scheduled, and nowhere else", async () => {
    const fails = (message: string) => explained(access([quota]), Promise.reject(new RunError(message)));
    await assert.rejects(
      fails("1 of 2 pods cannot be scheduled: 0/1 nodes"),
      /cannot be scheduled.*\nno node: VcpuLimitExceeded/,
    );
    await assert.rejects(fails("its pod crashed"), /^Error: its pod crashed$|its pod crashed$/);
    await explained(access([quota]), Promise.resolve());
  });
});
