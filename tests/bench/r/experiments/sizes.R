# Tasks that keep a processor busy for so many milliseconds.
measure_sizes <- function(sides, quick) {
  for (ms in if (quick) 10 else c(1, 10, 100)) {
    measure_kinds("sizes", sides, quick, ms, seq_len, task_of(ms))
  }
}
