# Growth with the number of workers, whose tasks sleep: percent of the ideal.
measure_workers <- function(sides, quick) {
  counts <- if (quick) c(1, 4, 16) else c(1, 2, 4, 8, 16, 32, 64)
  names <- c("rcluster", "psock", "direct", if (!quick) c("doredis", "crew"))
  for (workers in counts) {
    for (name in names) {
      side <- sides[[name]]
      kind <- if (is.null(side$loop)) "map" else "foreach"
      run <- if (kind == "map") side$map else side$loop
      side$start(workers)
      warm_up(run, workers)
      rounds <- if (quick) 5 else 10
      took <- timed(run(seq_len(rounds * workers), nap))
      side$stop()
      record("workers", name, 100 * rounds * 0.1 / took, kind, "1", workers,
        unit = "% of ideal"
      )
    }
  }
}

nap <- function(x) {
  Sys.sleep(0.1)
  x
}
