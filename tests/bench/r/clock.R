# Time, and work that takes a known time.
clock <- function() as.numeric(Sys.time())

timed <- function(expr) {
  from <- clock()
  force(expr)
  clock() - from
}

# A processor's work, the same at each call; the loop is compiled, so that it
# is as fast in a worker at once.
burn <- compiler::cmpfun(function(rounds) {
  x <- 0
  for (i in seq_len(rounds)) x <- x + sqrt(i)
  x
})

rounds_per_ms <- local({
  known <- NULL
  function() {
    if (is.null(known)) {
      burn(1e5)
      each <- vapply(1:9, function(i) timed(burn(3e5)), 0)
      # The fastest: others on the machine only make it slower.
      known <<- 3e5 / (1000 * min(each))
    }
    known
  }
})

# A task of so many milliseconds that returns its argument.
task_of <- function(ms) {
  if (ms == 0) return(identity)
  rounds <- round(ms * rounds_per_ms())
  work <- burn
  function(x) {
    work(rounds)
    x
  }
}

# Interleaved measurements. `runs`: by name a function(n) that runs n tasks and
# returns what they returned. Each one's n is such that a repetition takes
# about `seconds`. Returns tasks/s, the median of three, or of fewer for a side
# that has had its five seconds.
measure_sides <- function(runs, seconds, most = 20000, check = length) {
  spent <- numeric()
  counts <- numeric()
  for (name in names(runs)) {
    spent[[name]] <- timed(
      counts[[name]] <- fitting_count(runs[[name]], seconds, most)
    )
  }
  rates <- matrix(NA, 3, length(runs), dimnames = list(NULL, names(runs)))
  for (repetition in 1:3) {
    for (name in names(runs)) {
      if (repetition > 1 && spent[[name]] > 5) next
      n <- counts[[name]]
      took <- timed(value <- runs[[name]](n))
      spent[[name]] <- spent[[name]] + took
      rates[repetition, name] <- n / took
      if (check(value) != n) stop(name, " returned ", check(value), " of ", n)
      value <- NULL
    }
  }
  apply(rates, 2, stats::median, na.rm = TRUE)
}

fitting_count <- function(run, seconds, most) {
  n <- 4
  repeat {
    took <- timed(run(n))
    next_n <- min(most, ceiling(n * min(20, seconds / took)))
    if (took > seconds / 4 || n >= most) return(max(4, next_n))
    n <- max(n + 1, next_n)
  }
}
