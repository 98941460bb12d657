# Growth with the number of tasks, chunks as each side has them; each number
# once, up to what a side can do within its time.
measure_tasks <- function(sides, quick) {
  budget <- if (quick) 2 else 20
  for (kind in c("foreach", "map")) {
    way <- if (kind == "foreach") "loop" else "map"
    for (name in names(Filter(function(side) !is.null(side[[way]]), sides))) {
      side <- sides[[name]]
      chunk <- if ("auto" %in% side$chunks) "auto" else "1"
      rate <- Inf
      for (n in 10^(2:6)) {
        if (n / rate > budget) break
        rate <- n / timed(side[[way]](seq_len(n), identity, chunk))
        record("tasks", name, rate, kind, chunk, n)
      }
    }
  }
}
