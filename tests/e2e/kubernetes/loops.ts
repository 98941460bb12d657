/** Loops of iterations that sleep, each iteration sent by itself. */
export interface Loops {
  /** Iterations of a loop. Default: 40. */
  readonly iterations?: number;
  /** How long each sleeps. Default: half a second. */
  readonly seconds?: number;
  /** One loop, or one after the other until the file `stop` is there. Default: false. */
  readonly once?: boolean;
}

/** What an iteration tells: the pod that it ran on and when it began, in seconds. */
export interface Ran {
  readonly iteration: number;
  readonly pod: string;
  readonly began: number;
}

/** R code that stops unless each result of its loops is there, once and in order. */
export function loopCode(stop: string, { iterations = 40, seconds = 0.5, once = false }: Loops = {}): string {
  return `invisible(foreach(i = 1) %dopar% i)
    cat("runs now\n")
    repeat {
      x <- foreach(i = seq_len(${iterations}), .combine = rbind, .options.rcluster = list(chunk = 1)) %dopar% {
        began <- as.numeric(Sys.time())
        Sys.sleep(${seconds})
        data.frame(i, pod = Sys.info()[["nodename"]], began)
      }
      stopifnot(identical(as.integer(x$i), seq_len(${iterations})))
      cat(sprintf("%d %s %.1f\n", as.integer(x$i), x$pod, x$began), sep = "")
      if (${once ? "TRUE" : "FALSE"} || file.exists("${stop}")) break
    }`;
}

/** What it has printed. */
export function results(output: string): Ran[] {
  const lines = output
    .trim()
    .split("\n")
    .filter((line) => line !== "runs now");
  return lines.map((line) => {
    const [iteration, pod = "", began] = line.split(" ");
    return { iteration: Number(iteration), pod, began: Number(began) };
  });
}
