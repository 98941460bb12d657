library(foreach)

# Loops made up at random, each run by %do% here and by %dopar% on the workers:
# same value, or same error. RCLUSTER_CASES says how many, RCLUSTER_SEED which.

pick <- function(...) sample(list(...), 1)[[1]]

random_loop <- function() {
  n <- pick(0, 1, 2, 7, 30)
  fail <- if (n > 0 && runif(1) < 0.3) sample(n, 1) else 0
  options <- list(
    .errorhandling = if (fail) pick("stop", "remove", "pass") else "stop",
    .options.rcluster = list(chunk = pick(1, 2, 5, 100, "auto"))
  )
  # %do% prints an error of .combine and goes on; here it stops. So combine
  # functions meet only what they can take.
  combine <- if (options$.errorhandling == "pass") {
    NULL
  } else {
    pick(NULL, c, rbind, cbind, `+`, list, function(a, b) a - 2 * b,
      function(...) sum(...) / 2)
  }
  if (!is.null(combine)) {
    options$.combine <- combine
    several <- identical(combine, list) || length(formals(combine)) == 1
    if (several || runif(1) < 0.2 && is.primitive(combine) && !identical(combine, `+`)) {
      options$.multicombine <- TRUE
      options$.maxcombine <- pick(2, 3, 10, 100)
    }
    if (runif(1) < 0.3 && !identical(combine, rbind) && !identical(combine, cbind)) {
      options$.init <- pick(0, 5, 1:3)
    }
  }
  if (runif(1) < 0.2) options$.final <- function(x) list(final = x, class(x))
  body <- pick(
    quote(i),
    quote(i^2 + offset),
    quote(helper(i)),
    quote(list(i, letters[1 + i %% 26])[[1]]),
    quote(local({
      y <- i
      y + 1
    }))
  )
  if (fail) {
    body <- substitute(if (i == at) stop("at ", i) else b, list(at = fail, b = body))
  }
  over <- pick(
    call("seq_len", n), call("as.list", call("seq_len", n)),
    substitute(iterators::icount(k), list(k = n))
  )
  takes_lists <- is.null(combine) || identical(combine, c) || identical(combine, list)
  inner <- if (runif(1) < 0.25) {
    pick(
      quote(foreach(j = 1:3, .combine = c)), quote(when(i %% 2 == 1)),
      if (takes_lists) quote(foreach(j = seq_len(i %% 3)))
    )
  }
  list(over = over, options = options, body = body, inner = inner)
}

run_loop <- function(loop, operator) {
  offset <- 10
  helper <- function(x) deeper(x) * 2
  deeper <- function(x) x + offset
  header <- as.call(c(quote(foreach), list(i = loop$over), loop$options))
  if (!is.null(loop$inner)) header <- call("%:%", header, loop$inner)
  utils::capture.output(
    value <- tryCatch(eval(call(operator, header, loop$body)),
      error = conditionMessage
    )
  )
  without_origin(value)
}

# Errors that are passed on say, at the workers, where they come from.
without_origin <- function(value) {
  if (inherits(value, "error")) return(conditionMessage(value))
  if (is.list(value)) value[] <- lapply(value, without_origin)
  value
}

test_that("random loops are the same on the workers", {
  test_cluster()
  set.seed(as.integer(Sys.getenv("RCLUSTER_SEED", "1")))
  for (case in seq_len(as.integer(Sys.getenv("RCLUSTER_CASES", "300")))) {
    loop <- random_loop()
    here <- run_loop(loop, "%do%")
    there <- run_loop(loop, "%dopar%")
    if (!identical(here, there)) {
      fail(paste(c("case", case, deparse(loop), "gave", deparse(there), "for", deparse(here)), collapse = "\n"))
      break
    }
  }
  succeed()
})
