library(foreach)

# How many iterations ran in each R before this one; R's process stays the same.
count_in_r <- quote({
  n <- as.integer(Sys.getenv("TEST_COUNT", "0")) + 1L
  Sys.setenv(TEST_COUNT = n)
  n
})

ids_of_workers <- function(queue) {
  con <- redis_connect(redis_endpoint(test_url()))
  on.exit(redis_close(con))
  names(read_hash(con, key(queue, "workers")))
}

test_that("a loop may ask for an R that has run no other", {
  test_cluster()
  leave_traces <- function() {
    foreach(i = 1:8, .options.rcluster = list(chunk = 1)) %dopar% {
      Sys.setenv(TEST_TRACE = "left")
      loadNamespace("splines")
      Sys.sleep(0.05)
    }
  }
  look <- quote(c(Sys.getenv("TEST_TRACE"), "splines" %in% loadedNamespaces()))
  fresh <- list(fresh = TRUE, chunk = 1)
  leave_traces()
  seen <- eval(bquote(
    foreach(i = 1:8, .combine = rbind, .options.rcluster = fresh) %dopar% .(look)
  ))
  expect_setequal(seen, c("", "FALSE"))
  # One fresh R for the loop, not one for each iteration.
  counts <- eval(bquote(
    foreach(i = 1:20, .combine = c, .options.rcluster = fresh) %dopar% .(count_in_r)
  ))
  expect_gte(max(counts), 10)
})

test_that("fresh may be what all loops get", {
  test_cluster()
  on.exit(registerRCluster("test", test_url()))
  foreach(i = 1:8) %dopar% Sys.setenv(TEST_TRACE = "left")
  registerRCluster("test", test_url(), options = list(fresh = TRUE))
  expect_identical(
    foreach(i = 1:4, .combine = c) %dopar% Sys.getenv("TEST_TRACE"), rep("", 4)
  )
  expect_identical(rcluster_map(1:2, function(i) i), list(1L, 2L))
  expect_error(
    registerRCluster("test", test_url(), options = list(fresh = 1)),
    "fresh = 1 is not allowed; allowed: TRUE or FALSE"
  )
})

test_that("R starts afresh after so many tasks, and loses none", {
  test_cluster()
  on.exit(registerRCluster("test", test_url()))
  registerRCluster("few", test_url())
  start_worker("few", "RCLUSTER_MAX_TASKS=3")
  wait_for_workers(1, "few")
  registered <- ids_of_workers("few")
  seen <- eval(bquote(
    foreach(i = 1:10, .options.rcluster = list(chunk = 1)) %dopar%
      c(i, .(count_in_r), Sys.getpid())
  ))
  seen <- do.call(rbind, seen)
  expect_identical(seen[, 1], 1:10)
  expect_identical(seen[, 2], c(1:3, 1:3, 1:3, 1L))
  expect_length(unique(seen[, 3]), 1)
  expect_identical(ids_of_workers("few"), registered)
})

test_that("max_tasks is checked before a worker starts", {
  for (bad in list(0, "many", NA, c(1, 2))) {
    expect_error(worker("q", max_tasks = bad), "is not allowed; allowed: a number")
  }
})
