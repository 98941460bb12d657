import type { Input, Output } from "@pulumi/pulumi";

/** Where a Redis can be reached and how to log in. */
export interface RedisEndpoint {
  /** Host name or address, as seen by whoever connects. */
  readonly host: Input<string>;
  /** TCP port. */
  readonly port: Input<number>;
  /** ACL user to log in as. Default: Redis' `default` user. */
  readonly user?: Input<string>;
  /** The user's password; a Redis without one leaves it out. Pass it as a secret. */
  readonly password?: Input<string>;
  /** Whether to connect by TLS. Default: false. */
  readonly tls?: boolean;
  /** All of the above as `redis://:password@host:port`. Secret where there is a password. */
  readonly url: Input<string>;
}

/** CPU and memory that one container may use. */
export interface Resources {
  /** Cores, fractions allowed. Also the number of threads of BLAS, OpenMP, `mc.cores` and data.table, at least 1. */
  readonly cpus: number;
  /** Memory limit in bytes; above it the kernel kills the process. */
  readonly memory: number;
}

/** What every platform's RWorkerPool takes. */
export interface RWorkerPoolArgs {
  /** The Redis that holds the queue: of a RedisQueue, or any other. */
  readonly redis: RedisEndpoint;
  /** Name of the queue to work on. */
  readonly queue: Input<string>;
  /** The image, by digest or id: `RImage.ref`, or any image built from images/r. */
  readonly image: Input<string>;
  /** How many workers, each one R process. 0 is allowed. */
  readonly workers: number;
  /** CPU and memory of each worker. */
  readonly resources: Resources;
  /** Seconds that a worker has, once told to stop, to finish its task; then it gives the task back. Default: 30. */
  readonly graceSeconds?: number;
  /** Environment variables for the workers' R, besides those that join them to the queue. */
  readonly env?: Input<Record<string, string>>;
}

/** What every platform's RMaster takes. */
export interface RMasterArgs {
  /** The Redis that holds the queue: of a RedisQueue, or any other. */
  readonly redis: RedisEndpoint;
  /** Name of the queue that foreach submits to. */
  readonly queue: Input<string>;
  /** The image, by digest or id: `RImage.ref`, or any image built from images/r. */
  readonly image: Input<string>;
  /** CPU and memory of the master, its IDE included. */
  readonly resources: Resources;
  /** An IDE in the browser; the image has to have it, as `RImage.masterRef` does. Default: none. */
  readonly ide?: IdeArgs;
}

/** The IDEs that a master can have: JupyterLab, RStudio Server. */
export const ideKinds = ["jupyter", "rstudio"] as const;
export type IdeKind = (typeof ideKinds)[number];

/** An IDE in the browser, on the master. */
export interface IdeArgs {
  readonly kind: IdeKind;
  /** Its port on this machine's loopback: published there by Docker, on Kubernetes the near end of a port-forward. */
  readonly port: number;
}

/** Where a master's IDE is, and how to sign in. */
export interface IdeEndpoint {
  /** On this machine's loopback. */
  readonly url: string;
  /** The name to sign in with, where it asks for one. */
  readonly user?: string;
  /** A secret. */
  readonly password: Output<string>;
}

/** Where the shared files are, on the master and on the workers. */
export const dataPath = "/data";

/** Where containers find the Redis password. */
export const passwordFile = "/run/secrets/redis-password";

/** Where a job finds its folder, and those of others that share its volume. */
export const jobsPath = "/jobs";

/** Where a job's pod finds its script and files, packed. */
export const inputPath = "/run/secrets/rcluster-input";

/** Where a cluster can run. */
export const platforms = ["docker", "kubernetes", "eks"] as const;
export type Platform = (typeof platforms)[number];

/** Version of the stack output `cluster`: another one means other fields. */
export const clusterVersion = 2;

/** The stack output `cluster`: all that a command needs to know to work with a running cluster. */
export interface Cluster {
  /** Version of this format. */
  readonly version: number;
  readonly platform: Platform;
  readonly names: {
    /** The Docker network; absent on other platforms. */
    readonly network?: string;
    /** The Kubernetes namespace; absent on Docker. */
    readonly namespace?: string;
    /** The container or Service. */
    readonly redis: string;
    /** The container or pod. */
    readonly master: string;
    /** A container for each worker, or a Deployment for each pool. */
    readonly workers: readonly string[];
    /** The container or Service of the exporter of metrics; absent where there is none. */
    readonly metrics?: string;
  };
  /** How the Kubernetes cluster is reached; absent on Docker. */
  readonly kubernetes?: {
    readonly context: string;
    /** Path; absent: as kubectl finds it. */ readonly kubeconfig?: string;
  };
  /** How many workers were asked for. */
  readonly workers: number;
  /** Program and arguments that run a command on the master, with standard input: append the command. */
  readonly exec: readonly string[];
  /** Command lines to be typed in a terminal. */
  readonly commands: {
    /** Opens an interactive R on the master. */
    readonly shell: string;
    /** Runs R code on the master: append `-e '...'` or a script under /data. */
    readonly rscript: string;
    /** Follows the log of a worker, or of all workers; absent with 0 workers. */
    readonly logs?: string;
    /** Makes Redis reachable from this machine at `redisUrl`, while it runs; absent where it is reachable anyway. */
    readonly portForward?: string;
  };
  /** Reference of the image that master, workers and jobs run. */
  readonly image: string;
  /** What detached jobs are made of. */
  readonly jobs: DockerJobs | KubernetesJobs;
  /** The IDE on the master; absent without one. */
  readonly ide?: {
    readonly kind: IdeKind;
    /** Its port on this machine's loopback, on Kubernetes while a port-forward leads there. */
    readonly port: number;
    /** Its port in the master. */
    readonly containerPort: number;
    /** The name to sign in with, where it asks for one; the password is the stack's output `idePassword`. */
    readonly user?: string;
  };
}

/** Detached jobs on Docker. */
export interface DockerJobs {
  /** The container that they belong to: when it goes, they go. It has their volume at /jobs. */
  readonly anchor: string;
  /** Program and arguments that start a job's container: append name, labels, the image and arguments. */
  readonly start: readonly string[];
}

/** Detached jobs on Kubernetes. */
export interface KubernetesJobs {
  /** The PodTemplate that they are made from and belong to: when it goes, they go. */
  readonly template: string;
  /** The volume of each, for its files. */
  readonly storage: { readonly size: string; readonly storageClass?: string };
}

/** What a platform hands back to the program. */
export interface PlatformOutputs {
  readonly cluster: Output<Cluster>;
  /** The Redis as this machine reaches it. */
  readonly redis: RedisEndpoint;
  /** The master's IDE, if it has one. */
  readonly ide?: IdeEndpoint;
  /** What the platform tells besides, as further outputs of the stack. */
  readonly more?: Readonly<Record<string, unknown>>;
}
