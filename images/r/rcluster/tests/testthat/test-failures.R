library(foreach)

test_that("iterations that failed are told, also after the loop's end", {
  test_cluster()
  deep <- function(x) stop("no ", x, "\nfor a reason")
  foreach(i = 1:20, .errorhandling = "pass") %dopar% if (i == 7) deep(i) else i
  last <- cluster_info()$failures[1, ]
  expect_identical(last$iteration, 7)
  expect_identical(last$message, "no 7\nfor a reason")
  expect_identical(last$call, "deep(i)")
  expect_identical(last$worker, Sys.info()[["nodename"]])
  expect_match(last$calls, "^deep\\(i\\)\nstop\\(\"no \"")
  expect_lt(abs(as.numeric(Sys.time()) - as.numeric(last$time)), 5)
  expect_match(cluster_json(), '"message":"no 7\\nfor a reason"', fixed = TRUE)
  shown <- capture.output(print(cluster_info()))
  expect_match(shown, "last failures", all = FALSE)
  expect_match(shown, " 7 +no 7 for a reason", all = FALSE)

  expect_error(foreach(i = 1) %dopar% stop("stops"), "stops")
  expect_error(rcluster_map(1, function(x) stop("maps")), "maps")
  expect_identical(
    cluster_info()$failures$message[1:3], c("maps", "stops", "no 7\nfor a reason")
  )
})

test_that("an R that dies of a task is told as a failure too", {
  test_cluster()
  expect_error(
    foreach(i = 1) %dopar% tools::pskill(Sys.getpid(), 9), "signal 9"
  )
  last <- cluster_info()$failures[1, ]
  expect_match(last$message, "signal 9")
  expect_identical(c(last$worker, last$call, last$calls), c(NA, NA, ""))
})

test_that("only the last 100 are kept, few of one loop at a time, for a week", {
  test_cluster()
  for (loop in 1:12) {
    foreach(i = 1:50, .errorhandling = "pass") %dopar% stop("all of ", loop)
  }
  failures <- cluster_info()$failures
  expect_identical(nrow(failures), 100L)
  expect_identical(failures$message[1], "all of 12")
  expect_lte(max(table(failures$message)), 20)
  con <- redis_connect(redis_endpoint(test_url()))
  on.exit(redis_close(con))
  ttl <- redis_call(con, list(c("TTL", key("test", "failures"))))
  expect_true(ttl > 604000 && ttl <= 604800)
})

test_that("odd conditions and messages are no reason to stop", {
  test_cluster()
  odd <- function(i) {
    if (i == 1) stop(structure(class = c("odd", "error", "condition"), list()))
    if (i == 2) stop("\xff is no text")
    stop(strrep("long ", 1000))
  }
  values <- foreach(i = 1:3, .errorhandling = "pass") %dopar% odd(i)
  expect_length(values, 3)
  messages <- cluster_info()$failures$message
  expect_match(messages, "is no text", all = FALSE)
  expect_lte(max(nchar(messages)), 1000)
})

test_that("a loop tells how many iterations it has, where that is known", {
  count <- function(...) count_of(iterators::iter(foreach(...)))
  expect_identical(count(i = 1:7), 7)
  expect_identical(count(i = 1:7, j = letters[1:3]), 3)
  expect_identical(count(i = list()), 0)
  expect_identical(count(i = iterators::icount()), NA)
  nested <- foreach(i = 1:2) %:% foreach(j = 1:2)
  expect_identical(count_of(iterators::iter(nested)), NA)
})
