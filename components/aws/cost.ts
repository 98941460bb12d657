import { nodeRoom, prices } from "./prices";

/** What a cluster consists of, as far as it costs something. */
export interface Bill {
  readonly architecture: "amd64" | "arm64";
  readonly natGateways: number;
  /** Whether nodes have public addresses. */
  readonly publicNodes: boolean;
  /** Interface endpoints, counted once a zone. */
  readonly endpoints: number;
  readonly ownKey: boolean;
  /** Bytes of the claims of Redis and of the master. */
  readonly volumes: number;
  /** What Redis and the master ask for. */
  readonly core: Pods;
  /** What all workers together ask for. */
  readonly workers: Pods;
}

export interface Pods {
  readonly cpus: number;
  readonly memory: number;
}

/** An estimate in US dollars an hour, on demand: spot nodes cost less. */
export interface CostEstimate {
  readonly currency: "USD";
  /** Region of the prices, whatever the cluster's. */
  readonly region: string;
  /** Month of the prices. */
  readonly date: string;
  /** Without workers. */
  readonly idlePerHour: number;
  /** With all workers of the config. */
  readonly perHour: number;
  /** What `perHour` consists of. */
  readonly parts: Readonly<Record<string, number>>;
}

const hoursAMonth = 730;

/** What a cluster costs while it is up. Traffic, logs and the image's storage come on top, by use. */
export function costOf(bill: Bill): CostEstimate {
  const core = nodesFor(bill.core);
  const workers = nodesFor(bill.workers);
  const fixed = {
    controlPlane: prices.controlPlane,
    network: bill.natGateways * (prices.natGateway + prices.publicAddress) + bill.endpoints * prices.endpoint,
    coreNodes: core * nodePrice(bill),
    volumes: (bill.volumes / 1e9) * (prices.volume / hoursAMonth),
    ...(bill.ownKey && { key: prices.key / hoursAMonth }),
  };
  const parts = { ...fixed, workerNodes: workers * nodePrice(bill) };
  return {
    currency: "USD",
    region: prices.region,
    date: prices.date,
    idlePerHour: total(fixed),
    perHour: total(parts),
    parts: Object.fromEntries(Object.entries(parts).map(([name, price]) => [name, rounded(price)])),
  };
}

/** Nodes of the size `large`, or larger ones of as many times that. */
export function nodesFor({ cpus, memory }: Pods): number {
  return Math.ceil(Math.max(cpus / nodeRoom.cpus, memory / nodeRoom.memory));
}

/** The estimate in one line. */
export function costLine(cost: CostEstimate, workers: number): string {
  const price = (amount: number) => amount.toFixed(2);
  return (
    `the cluster costs about ${price(cost.idlePerHour)} USD an hour without workers, ${price(cost.perHour)} with ${workers} ` +
    `(on demand, prices of ${cost.region} in ${cost.date}; traffic and logs on top)`
  );
}

function nodePrice({ architecture, publicNodes }: Bill): number {
  const disk = nodeRoom.diskGb * (prices.volume / hoursAMonth);
  return prices.node[architecture] * (1 + prices.autoMode) + disk + (publicNodes ? prices.publicAddress : 0);
}

function total(parts: Readonly<Record<string, number>>): number {
  return rounded(Object.values(parts).reduce((sum, price) => sum + price, 0));
}

function rounded(price: number): number {
  return Math.round(price * 1000) / 1000;
}
