/** What goes on in a queue, as read at one moment. Times are milliseconds since 1970. */
export interface Snapshot {
  /** By the clock of Redis. */
  readonly time: number;
  /** Tasks that wait: one iteration or several. */
  readonly waiting: number;
  /** Tasks that run. */
  readonly running: number;
  /** Iterations a second, over the last 10 seconds. */
  readonly rate: number;
  readonly workers: readonly Worker[];
  readonly loops: readonly Loop[];
  /** The last iterations that failed, the last one first; those of loops that have ended too. */
  readonly failures: readonly Failure[];
}

/** `draining`: takes no more; `late`: gave no sign of life for the time of its lease. */
export type WorkerState = "idle" | "busy" | "draining" | "late";

/** One life of an R process that runs tasks. */
export interface Worker {
  readonly id: string;
  /** Name of its machine, container or pod. */
  readonly host: string;
  readonly pid: number;
  readonly pool: string;
  readonly state: WorkerState;
  /** The task that it runs, if any. */
  readonly task?: Task;
  /** Iterations done since it started. */
  readonly done: number;
  /** Bytes. */
  readonly memory: number;
  readonly version: string;
  readonly r: string;
}

export interface Task {
  /** Id of the loop. */
  readonly loop: string;
  /** The task's first iteration, counted from 1. */
  readonly iteration: number;
  /** Whether it has more than one. */
  readonly several: boolean;
  readonly since: number;
}

/** A foreach loop that has not ended. Its coordinator tells once a second, so that there is only an id at first. */
export interface Loop {
  readonly id: string;
  /** Tasks that run now. */
  readonly running: number;
  readonly told?: {
    /** The coordinator: name of its machine, container or pod. */
    readonly host: string;
    readonly pid: number;
    /** By the coordinator's clock. */
    readonly began: number;
    /** Share of the workers relative to other loops. */
    readonly weight: number;
    /** Iterations handed out so far. */
    readonly sent: number;
    readonly done: number;
    readonly failed: number;
    /** How many iterations there are, where that is known. */
    readonly total?: number;
  };
}

/** An iteration that failed. */
export interface Failure {
  readonly loop: string;
  /** Counted from 1. */
  readonly iteration: number;
  /** By the coordinator's clock. */
  readonly time: number;
  /** Name of the worker's machine, container or pod; absent where R died. */
  readonly host?: string;
  readonly message: string;
  /** The call that failed, as R's "Error in ...". */
  readonly call?: string;
  /** The calls that led there, the outermost first. */
  readonly calls: readonly string[];
}
