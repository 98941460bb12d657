/** A block of IPv4 addresses. */
export interface Block {
  /** Its first address, as a number. */
  readonly first: number;
  /** Bits that all its addresses share. */
  readonly prefix: number;
}

/** The subnets of a VPC, one of each kind for each zone. */
export interface SubnetPlan {
  readonly privates: readonly string[];
  readonly publics: readonly string[];
}

/** Prefix lengths that a VPC may have here: AWS's largest, and the smallest with room for a dozen nodes a zone. */
export const vpcPrefixes = { largest: 16, smallest: 22 } as const;

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
const quarter = 2; // bits

/** A block from its CIDR notation; undefined for what is none, or has bits beyond its prefix. */
export function parseBlock(text: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a, b, c, d, prefix] = match.slice(1).map(Number) as [number, number, number, number, number];
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return first % size(prefix) === 0 ? { first, prefix } : undefined;
}

/** CIDR notation of a block. */
export function formatBlock({ first, prefix }: Block): string {
  const octets = [24, 16, 8, 0].map((bits) => Math.floor(first / 2 ** bits) % 256);
  return `${octets.join(".")}/${prefix}`;
}

/** Whether `inner` is a part of `outer`. */
export function contains(outer: Block, inner: Block): boolean {
  return inner.prefix >= outer.prefix && inner.first >= outer.first && inner.first < outer.first + size(outer.prefix);
}

/** Whether a VPC may have these addresses: a private block that is neither too large nor too small. */
export function isVpcBlock(text: string): boolean {
  const block = parseBlock(text);
  if (!block || block.prefix < vpcPrefixes.largest || block.prefix > vpcPrefixes.smallest) return false;
  return privateRanges.some((range) => contains(parseBlock(range) as Block, block));
}

/**
 * The subnets of a VPC for up to 3 zones. Each private one is a quarter of it, since all nodes and pods are there; the
 * last quarter is again divided in four for the public ones. Those of a zone do not depend on the number of zones.
 *
 * @example
 * subnetPlan("10.0.0.0/16", 2).privates; // ["10.0.0.0/18", "10.0.64.0/18"]
 */
export function subnetPlan(vpc: string, zones: number): SubnetPlan {
  const block = parseBlock(vpc);
  if (!block || zones < 1 || zones > 3) throw new Error(`no subnets for ${zones} zones in ${vpc}`);
  const last = part(block, quarter, 3);
  const blocks = (whole: Block) => Array.from({ length: zones }, (_, zone) => formatBlock(part(whole, quarter, zone)));
  return { privates: blocks(block), publics: blocks(last) };
}

/** Part `index`, counted from 0, of a block divided in 2 to the power of `bits`. */
function part({ first, prefix }: Block, bits: number, index: number): Block {
  return { first: first + index * size(prefix + bits), prefix: prefix + bits };
}

function size(prefix: number): number {
  return 2 ** (32 - prefix);
}
