# Values that go to the worker and come back.
measure_values <- function(sides, quick) {
  for (bytes in if (quick) c(1e4, 1e6) else c(0, 1e4, 1e6)) {
    inputs <- function(n) lapply(seq_len(n), function(i) raw(bytes))
    # At most 200 MB under way.
    most <- min(20000, 2e8 / max(bytes, 1))
    measure_kinds("values", sides, quick, bytes, inputs, identity, most)
  }
}
