library(foreach)

same <- function(loop) {
  # The same loop once here, once on the workers.
  code <- substitute(loop)
  env <- parent.frame()
  swap <- function(call, op) {
    if (identical(call, as.name("%dopar%"))) return(as.name(op))
    if (is.call(call)) as.call(lapply(as.list(call), swap, op)) else call
  }
  here <- eval(swap(code, "%do%"), env)
  there <- eval(code, env)
  expect_identical(there, here)
}

test_that("loops return what %do% returns", {
  test_cluster()
  same(foreach(i = 1:20) %dopar% i^2)
  same(foreach(i = 1:20, .combine = c) %dopar% list(i))
  same(foreach(i = 1:5, j = letters[1:3]) %dopar% paste(i, j))
  same(foreach(i = 1:7, .combine = rbind) %dopar% c(i, -i))
  same(foreach(i = 1:7, .combine = "+", .init = 100) %dopar% i)
  same(foreach(i = 1:250, .combine = c, .final = rev) %dopar% i)
  same(foreach(i = 1:9, .combine = function(a, b) paste0("(", a, b, ")")) %dopar% i)
  same(foreach(i = 1:9, .combine = paste, .multicombine = TRUE, .maxcombine = 4) %dopar% i)
  same(foreach(i = integer(0)) %dopar% i)
  same(foreach(i = integer(0), .combine = c) %dopar% i)
  same(foreach(i = 1:3) %dopar% NULL)
  same(foreach(i = list(a = 1, b = NULL)) %dopar% is.null(i))
  same(times(3) %dopar% 1)
  same(foreach(3) %dopar% 1)
})

test_that("nested loops and conditions too", {
  test_cluster()
  same(foreach(a = 1:3, .combine = rbind) %:%
    foreach(b = 1:4, .combine = c) %dopar% (10 * a + b))
  same(foreach(a = 1:6, .combine = c) %:% when(a %% 2 == 0) %dopar% a)
  same(foreach(a = 1:3) %:% foreach(b = 1:3) %:% when(a != b) %dopar% c(a, b))
})

test_that("however iterations are sent", {
  test_cluster()
  for (chunk in list(1, 3, 100, "auto")) {
    x <- foreach(i = 1:50, .combine = c, .options.rcluster = list(chunk = chunk)) %dopar% i
    expect_identical(x, 1:50)
  }
})

test_that("errors are foreach's own, the first in order", {
  test_cluster()
  expect_error(
    foreach(i = 1:9) %dopar% if (i %in% c(4, 7)) stop("boom ", i) else i,
    'task 4 failed - "boom 4"',
    fixed = TRUE
  )
  x <- foreach(i = 1:4, .errorhandling = "remove") %dopar% if (i == 2) stop("x") else i
  expect_identical(x, list(1L, 3L, 4L))
  x <- foreach(i = 1:4, .errorhandling = "pass") %dopar% if (i == 2) stop("x") else i
  expect_s3_class(x[[2]], "simpleError")
  expect_identical(x[-2], list(1L, 3L, 4L))
  expect_error(
    foreach(i = 1:3, .combine = function(a, b) stop("bad combine")) %dopar% i,
    "bad combine"
  )
})

test_that("output, messages and warnings come back in order", {
  test_cluster()
  said <- capture.output(
    {
      foreach(i = 1:3) %dopar% {
        cat("out", i, "\n")
        i
      }
    },
    type = "output"
  )
  expect_identical(said[1:3], c("out 1 ", "out 2 ", "out 3 "))
  expect_message(foreach(i = 1) %dopar% message("hello"), "hello")
  expect_warning(foreach(i = 1) %dopar% warning("careful"), "careful")
  classed <- structure(class = c("special", "message", "condition"), list(message = "m\n", call = NULL))
  expect_message(foreach(i = 1) %dopar% message(classed), class = "special")
})

test_that("random numbers are doRNG's", {
  skip_if_not_installed("doRNG")
  test_cluster()
  set.seed(42)
  `%dorng%` <- doRNG::`%dorng%`
  set.seed(42)
  theirs <- as.numeric(foreach(i = 1:10, .combine = c) %dorng% rnorm(1))
  for (chunk in list(1, 4, "auto")) {
    set.seed(42)
    ours <- foreach(
      i = 1:10, .combine = c, .options.rcluster = list(chunk = chunk)
    ) %dopar% rnorm(1)
    expect_identical(ours, theirs)
  }
  set.seed(43)
  other <- foreach(i = 1:10, .combine = c) %dopar% rnorm(1)
  expect_false(any(other == theirs))
  set.seed(1)
  first <- foreach(i = 1:2, .combine = c) %dopar% runif(1)
  second <- foreach(i = 1:2, .combine = c) %dopar% runif(1)
  expect_false(any(first == second))
})

test_that("random numbers do not depend on workers or their deaths", {
  test_cluster()
  on.exit(registerRCluster("test", test_url()))
  flag <- tempfile()
  draw <- function(die) {
    set.seed(7)
    foreach(i = 1:12, .combine = c, .options.rcluster = list(chunk = 3)) %dopar% {
      if (die && i == 5 && !file.exists(flag)) {
        file.create(flag)
        tools::pskill(Sys.getpid(), tools::SIGKILL)
      }
      rnorm(1)
    }
  }
  two <- draw(FALSE)
  for (n in c(1, 7)) {
    queue <- paste0("test", n)
    registerRCluster(queue, test_url())
    for (i in seq_len(n)) start_worker(queue)
    wait_for_workers(n, queue)
    expect_identical(draw(FALSE), two)
  }
  expect_identical(draw(TRUE), two)
  expect_true(file.exists(flag))
})

test_that("an R that dies of a task is told from one that is lost", {
  test_cluster()
  flag <- tempfile()
  x <- foreach(i = 1:6, .combine = c, .options.rcluster = list(chunk = 3)) %dopar% {
    if (i == 2 && !file.exists(flag)) {
      file.create(flag)
      tools::pskill(Sys.getpid(), tools::SIGKILL)
    }
    i
  }
  expect_identical(x, 1:6)
  expect_error(
    foreach(i = 1:4) %dopar% if (i == 3) quit("no", status = 7) else i,
    'task 3 failed - "R ended with status 7"',
    fixed = TRUE
  )
})

test_that("time limits end a task and name it", {
  test_cluster()
  expect_error(
    foreach(i = 1:3, .options.rcluster = list(timeout = 3)) %dopar% Sys.sleep(if (i == 2) 60 else 0),
    'task 2 failed - "it ran out of time'
  )
})

test_that("nothing leaks from job to job", {
  test_cluster()
  foreach(i = 1:4) %dopar% {
    assign("leak", 1, globalenv())
    options(digits = 3, leaked = TRUE)
    setwd(tempdir())
    NULL
  }
  x <- foreach(i = 1:4) %dopar% c(
    exists("leak", globalenv()), getOption("digits") == 3, !is.null(getOption("leaked"))
  )
  expect_false(any(unlist(x)))
})

test_that("large values arrive whole", {
  test_cluster()
  x <- foreach(n = c(0, 65536, 2e7)) %dopar% raw(n)
  expect_identical(lengths(x), c(0L, 65536L, 20000000L))
  big <- raw(2e7)
  expect_identical(foreach(i = 1:2, .combine = c) %dopar% length(big), c(20000000L, 20000000L))
})

test_that("no key is left, after an error neither", {
  test_cluster()
  foreach(i = 1:100) %dopar% i
  try(foreach(i = 1:100) %dopar% stop("x"), silent = TRUE)
  wait_until(length(keys_left("*test*")) == 0)
  expect_identical(keys_left("*test*"), character(0))
})

test_that("bad options are one clear error", {
  test_cluster()
  expect_error(
    foreach(i = 1, .options.rcluster = list(chunk = 0)) %dopar% i,
    "chunk = 0 is not allowed; allowed: a whole number from 1"
  )
  expect_error(
    foreach(i = 1, .options.rcluster = list(chunks = 1)) %dopar% i,
    "there is no option 'chunks'"
  )
  expect_error(
    foreach(i = 1, .packages = "no.such.package") %dopar% i,
    "lacks the package 'no.such.package'"
  )
})

test_that("what Redis lost of large arguments and variables is sent again", {
  test_cluster()
  shared <- sqrt(1:20000)
  xs <- lapply(1:30, function(i) rep(i, 20000))
  loss <- parallel::mcparallel({
    con <- redis_connect(redis_endpoint(test_url()))
    repeat {
      parts <- redis_call(con, list(c("KEYS", "{test}:blob:*")))
      if (length(parts) > 20) break
      Sys.sleep(0.01)
    }
    redis_call(con, list(c("DEL", vapply(parts, rawToChar, ""))))
  })
  result <- foreach(x = xs, .options.rcluster = list(chunk = 1)) %dopar% {
    Sys.sleep(0.1)
    sum(x) + shared[4]
  }
  expect_identical(result, lapply(xs, function(x) sum(x) + 2))
  expect_gt(parallel::mccollect(loss)[[1]], 20)
  wait_until(length(keys_left("*test*")) == 0)
})

test_that("packages mask each other at the workers as they do here", {
  test_cluster()
  attached <- c("package:tools", "package:splines")
  on.exit(for (name in attached) detach(name, character.only = TRUE))
  seen <- function() {
    all <- foreach(i = 1:8, .options.rcluster = list(chunk = 1)) %dopar%
      intersect(search(), c("package:tools", "package:splines"))
    unique(all)
  }
  library(tools)
  expect_equal(seen(), list("package:tools"))
  detach("package:tools")
  library(splines)
  library(tools)
  expect_equal(seen(), list(attached))
})

test_that("options of packages are known by their names", {
  options <- c("datatable.verbose", "mc.cores", "digits", "DT.warn")
  expect_equal(
    unname(are_named_after(options, c("data.table", "DT"))),
    c(TRUE, FALSE, FALSE, TRUE)
  )
  expect_equal(unname(are_named_after(options, character())), rep(FALSE, 4))
})
