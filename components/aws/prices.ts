/**
 * Public prices in US dollars, on demand, without tax: region US East (N. Virginia), as of June 2026. Europe is some
 * 7 to 20 % above, other regions more.
 */
export const prices = {
  region: "us-east-1",
  date: "2026-06",
  /** EKS control plane, an hour: https://aws.amazon.com/eks/pricing/ */
  controlPlane: 0.1,
  /** What Auto Mode adds to the price of a node: https://aws.amazon.com/eks/pricing/ */
  autoMode: 0.12,
  /** NAT gateway, an hour; 0.045 more for each GB: https://aws.amazon.com/vpc/pricing/ */
  natGateway: 0.045,
  /** Public IPv4 address, an hour: https://aws.amazon.com/vpc/pricing/ */
  publicAddress: 0.005,
  /** Interface endpoint in one zone, an hour: https://aws.amazon.com/privatelink/pricing/ */
  endpoint: 0.01,
  /** Volume gp3, a GB and month: https://aws.amazon.com/ebs/pricing/ */
  volume: 0.08,
  /** Key in KMS, a month: https://aws.amazon.com/kms/pricing/ */
  key: 1,
  /** m7g.large and m7i.large, 2 cores and 8 GiB, an hour: https://aws.amazon.com/ec2/pricing/on-demand/ */
  node: { arm64: 0.0816, amd64: 0.1008 },
} as const;

/** Cores of such a node. */
export const nodeCpus = 2;

/** What pods may use of it: the rest is the system's. */
export const nodeRoom = { cpus: 1.93, memory: 7 * 2 ** 30, diskGb: 80 } as const;
