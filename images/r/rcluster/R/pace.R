# A coordinator that asks for each result by itself takes the processor from its
# workers. It lets some gather: for a twentieth of the time that the blocks under
# way will take, and 50 ms at most.

new_pace <- function() {
  list2env(list(rate = 0, last = now()), parent = emptyenv())
}

note_pace <- function(pace, results) {
  time <- now()
  rate <- results / max(time - pace$last, 1e-6)
  pace$rate <- if (pace$rate == 0) rate else 0.8 * pace$rate + 0.2 * rate
  pace$last <- time
}

let_gather <- function(pace, outstanding) {
  if (pace$rate == 0) return(invisible())
  seconds <- min(0.05, 0.05 * outstanding / pace$rate)
  if (seconds >= 0.001) Sys.sleep(seconds)
}
