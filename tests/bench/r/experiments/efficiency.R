# 10 ms of work a task on both cores, against the same work in plain R: two
# processes at once, a core each, and one process with the other core idle.
measure_efficiency <- function(sides, quick) {
  each <- if (quick) 100 else 500
  task <- task_of(10)
  plain <- function(n) timed(for (i in seq_len(n)) task(i))
  both <- alone <- queue <- numeric()
  for (part in 1:4) {
    jobs <- lapply(1:2, function(i) parallel::mcparallel(plain(each / 2)))
    took <- unlist(parallel::mccollect(jobs))
    stopifnot(is.numeric(took), length(took) == 2)
    both <- c(both, max(took))
    alone <- c(alone, plain(each / 4) * 2)
    queue <- c(queue, timed(sides$rcluster$loop(seq_len(each), task)))
  }
  record("efficiency", "rcluster", 100 * sum(both) / sum(queue), unit = "%")
  record("efficiency", "rcluster", 100 * sum(alone) / sum(queue),
    unit = "% of one busy core"
  )
}
