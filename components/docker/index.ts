export * from "../contracts";
export type { ContainerContext } from "./container";
export { folderData, volumeData, type Data } from "./data";
export { MetricsExporter, type MetricsExporterArgs } from "./metricsExporter";
export { RedisQueue, type RedisQueueArgs } from "./redisQueue";
export { RJobs, type RJobsArgs } from "./rJobs";
export { RImage, type RImageArgs } from "./rImage";
export { RMaster, type RMasterArgs } from "./rMaster";
export { RWorkerPool, type RWorkerPoolArgs } from "./rWorkerPool";
