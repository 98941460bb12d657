# Tasks a second of tasks that do nothing.
measure_rates <- function(sides, quick) {
  measure_kinds("rates", sides, quick, NA, seq_len, identity)
}

# All sides, both kinds, both chunks. `inputs(n)`: what n tasks work on.
measure_kinds <- function(experiment, sides, quick, setting, inputs, task,
                          most = 20000) {
  seconds <- if (quick) 0.3 else 1.2
  for (chunk in c("1", "auto")) {
    for (kind in c("foreach", "map")) {
      runs <- runs_of(sides, kind, chunk, inputs, task)
      if (!length(runs)) next
      rates <- measure_sides(runs, seconds, most)
      for (side in names(rates)) {
        record(experiment, side, rates[[side]], kind, chunk, setting)
      }
    }
  }
}

runs_of <- function(sides, kind, chunk, inputs, task) {
  way <- if (kind == "foreach") "loop" else "map"
  able <- Filter(function(side) {
    chunks <- if (is.null(side$chunks)) "1" else side$chunks
    !is.null(side[[way]]) && chunk %in% chunks
  }, sides)
  lapply(able, function(side) {
    function(n) side[[way]](inputs(n), task, chunk)
  })
}
