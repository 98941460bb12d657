import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { contains, formatBlock, isVpcBlock, parseBlock, subnetPlan, type Block } from "../../../components/aws/cidr";

const blocks = (from: number, to: number) =>
  fc
    .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: from, max: to }))
    .map(([address, prefix]): Block => ({ first: address - (address % 2 ** (32 - prefix)), prefix }));
const vpcs = blocks(16, 22).map(formatBlock);
const zones = fc.integer({ min: 1, max: 3 });
const parsed = (texts: readonly string[]) => texts.map((text) => parseBlock(text) as Block);
const overlap = (a: Block, b: Block) => contains(a, b) || contains(b, a);

describe("CIDR arithmetic", () => {
  it("reads what it writes", () => {
    fc.assert(fc.property(blocks(0, 32), (block) => assert.deepEqual(parseBlock(formatBlock(block)), block)));
  });

  it("takes nothing else for a block: other text, octets over 255, bits beyond the prefix", () => {
    for (const text of ["", "10.0.0.0", "10.0.0/16", "10.0.0.0/33", "256.0.0.0/8", "10.0.0.1/16", "fd00::/8", "a/16"]) {
      assert.equal(parseBlock(text), undefined, text);
    }
  });

  it("knows what is a part of what", () => {
    fc.assert(
      fc.property(blocks(0, 32), blocks(0, 32), (a, b) => {
        const last = (block: Block) => block.first + 2 ** (32 - block.prefix) - 1;
        assert.equal(contains(a, b), a.first <= b.first && last(b) <= last(a));
      }),
    );
  });

  it("gives each zone a private and a public subnet, all inside of the VPC and none overlapping", () => {
    fc.assert(
      fc.property(vpcs, zones, (vpc, count) => {
        const plan = subnetPlan(vpc, count);
        assert.equal(plan.privates.length, count);
        assert.equal(plan.publics.length, count);
        const all = parsed([...plan.privates, ...plan.publics]);
        all.forEach((block, index) => {
          assert.ok(contains(parseBlock(vpc) as Block, block));
          all.slice(index + 1).forEach((other) => assert.ok(!overlap(block, other)));
        });
      }),
    );
  });

  it("leaves the subnets of a zone alone when another zone is added", () => {
    fc.assert(
      fc.property(vpcs, (vpc) => {
        const [two, three] = [subnetPlan(vpc, 2), subnetPlan(vpc, 3)];
        assert.deepEqual(three.privates.slice(0, 2), two.privates);
        assert.deepEqual(three.publics.slice(0, 2), two.publics);
      }),
    );
  });

  it("makes no subnet smaller than AWS's /28", () => {
    fc.assert(
      fc.property(vpcs, zones, (vpc, count) => {
        const { privates, publics } = subnetPlan(vpc, count);
        for (const { prefix } of parsed([...privates, ...publics])) assert.ok(prefix <= 28);
      }),
    );
  });

  it("allows private blocks from /16 to /22 for a VPC", () => {
    for (const good of ["10.0.0.0/16", "10.1.0.0/20", "172.31.0.0/16", "192.168.4.0/22", "100.64.0.0/16"]) {
      assert.ok(isVpcBlock(good), good);
    }
    for (const bad of ["10.0.0.0/8", "10.0.0.0/23", "8.8.0.0/16", "172.32.0.0/16", "10.0.0.1/16", "10.0.0.0"]) {
      assert.ok(!isVpcBlock(bad), bad);
    }
  });
});
