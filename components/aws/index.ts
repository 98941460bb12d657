export { AutoNodes, type AutoNodesArgs } from "./autoNodes";
export { Bucket, type BucketArgs } from "./bucket";
export { budget, type BudgetArgs } from "./budget";
export { EksCluster, type EksClusterArgs } from "./eksCluster";
export { Network, type ClusterNetwork, type NetworkArgs } from "./network";
export { nodeLabels, type Capacity, type NodeRole } from "./nodePools";
export type { AwsPlace } from "./place";
export { Registry, type RegistryArgs } from "./registry";
export { stackTag, type Tags } from "./tags";
