# 10 ms of work a task on both cores, against the same work in plain R: two
# processes at once, a core each, and one process with the other core idle.
measure_efficiency <- function(sides, quick) {
  each <- if (quick) 100 else 500
  task <- task_of(10)
  plain <- function(n) timed(for (i in seq_len(n)) task(i))
  both <- alone <- 0
  queue <- c("1" = 0, auto = 0)
  for (part in 1:4) {
    jobs <- lapply(1:2, function(i) parallel::mcparallel(plain(each / 2)))
    took <- unlist(parallel::mccollect(jobs))
    stopifnot(is.numeric(took), length(took) == 2)
    both <- both + max(took)
    alone <- alone + plain(each / 4) * 2
    for (chunk in names(queue)) {
      took <- timed(sides$rcluster$loop(seq_len(each), task, chunk))
      queue[[chunk]] <- queue[[chunk]] + took
    }
  }
  for (chunk in names(queue)) {
    note <- function(plain, unit) {
      share <- 100 * plain / queue[[chunk]]
      record("efficiency", "rcluster", share, chunk = chunk, unit = unit)
    }
    note(both, "%")
    note(alone, "% of one busy core")
  }
}
