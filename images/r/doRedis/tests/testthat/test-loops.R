test_that("loops run as doRedis's", {
  local_queue()
  expect_identical(foreach::getDoParName(), "doRedis")
  expect_identical(foreach(j = 1:10, .combine = sum) %dopar% j, 55L)
  pids <- foreach(j = 1:4, .combine = c) %dopar% Sys.getpid()
  expect_false(Sys.getpid() %in% pids)

  setChunkSize(5)
  expect_identical(foreach(j = 1:12, .combine = c) %dopar% j, 1:12)
  blocks <- foreach(
    j = 1:12, .combine = c, .options.redis = list(chunkSize = 3, ftinterval = 5)
  ) %dopar% j
  expect_identical(blocks, 1:12)
})

test_that("variables and packages are exported for others' loops", {
  local_queue()
  assign("exported_value", 7, globalenv())
  on.exit(rm("exported_value", envir = globalenv()), add = TRUE)
  setExport("exported_value")
  value <- foreach(
    j = 1:3, .combine = c, .noexport = "exported_value"
  ) %dopar% (j + get("exported_value"))
  expect_identical(value, 8:10 + 0)
  setPackages("tools")
  expect_true(foreach(j = 1) %dopar% ("package:tools" %in% search())[[1]] |>
    unlist())
  setPackages("no.such.package")
  expect_error(foreach(j = 1) %dopar% j, "no.such.package")
})

test_that("errors are handled as foreach does", {
  local_queue()
  expect_error(
    foreach(j = 1:3) %dopar% if (j == 2) stop("boom") else j,
    'task 2 failed - "boom"'
  )
  passed <- foreach(j = 1:3, .errorhandling = "pass") %dopar% {
    if (j == 2) stop("boom") else j
  }
  expect_s3_class(passed[[2]], "simpleError")
  removed <- foreach(j = 1:3, .combine = c, .errorhandling = "remove") %dopar% {
    if (j == 2) stop("boom") else j
  }
  expect_identical(removed, c(1L, 3L))
})

test_that("set.seed.worker and worker.init are called", {
  local_queue()
  set.seed.worker <- function(n) set.seed(55)
  same <- foreach(j = 1:4, .combine = c, .export = "set.seed.worker") %dopar%
    runif(1)
  expect_length(unique(same), 1)
  worker.init <- function() options(from.init = 3)
  set <- foreach(j = 1:4, .combine = c, .export = "worker.init") %dopar%
    getOption("from.init")
  expect_identical(set, rep(3, 4))
})

test_that("a seed gives the same numbers whatever the chunks", {
  local_queue()
  draw <- function() {
    set.seed(1)
    foreach(j = 1:6, .combine = c) %dopar% runif(1)
  }
  first <- draw()
  setChunkSize(4)
  expect_identical(draw(), first)
  expect_length(unique(first), 6)
})

test_that("progress is shown, with and without a total", {
  local_queue()
  setProgress(TRUE)
  bar <- capture.output(
    value <- foreach(j = 1:4, .combine = c) %dopar% j
  )
  expect_identical(value, 1:4)
  expect_match(paste(bar, collapse = ""), "100%")
  count <- capture.output(
    value <- foreach(j = iterators::icount(4), .combine = c) %dopar% j
  )
  expect_identical(value, 1:4)
  expect_match(paste(count, collapse = ""), "4 done")
})

test_that("loops in doRedis's own format return the same", {
  queue <- local_queue()
  setChunkSize(3)
  registerDoRedis(queue, stock = TRUE)
  twice <- function(x) 2 * x
  set.seed(3)
  got <- foreach(i = 1:10, .combine = rbind) %dopar% c(twice(i), runif(1))
  registerDoRedis(queue)
  set.seed(3)
  want <- foreach(i = 1:10, .combine = rbind) %dopar% c(twice(i), runif(1))
  expect_identical(got, want)

  registerDoRedis(queue, stock = TRUE)
  expect_error(foreach(i = 1:4) %dopar% stop("boom"), 'task 1 failed - "boom"')
  expect_error(
    foreach(i = 1, .options.rcluster = list(timeout = 1)) %dopar% i, "timeout"
  )
  setProgress(TRUE)
  bar <- capture.output(invisible(foreach(i = 1:4) %dopar% i))
  expect_match(paste(bar, collapse = ""), "100%")
  expect_identical(find_keys(paste0(queue, ".*_*")), character())
})
