test_that("rcluster_map is lapply on the workers", {
  test_cluster()
  expect_identical(rcluster_map(1:10, sqrt), lapply(1:10, sqrt))
  expect_identical(rcluster_map(c(a = 1, b = 2), function(x, y) x + y, y = 3), list(a = 4, b = 5))
  expect_identical(rcluster_map(list(), identity), list())
  expect_identical(rcluster_map(list(NULL, 1), is.null), list(TRUE, FALSE))
  offset <- 5
  add <- function(x) x + offset
  expect_identical(rcluster_map(1:2, add), list(6, 7))
  expect_error(rcluster_map(1:3, function(x) stop("no")), 'task 1 failed - "no"')
})

test_that("another protocol on the queue is refused in one line", {
  test_cluster()
  con <- redis_connect(redis_endpoint(test_url()))
  on.exit(redis_close(con))
  redis_call(con, list(c("SET", key("other", "protocol"), "99")))
  on.exit(redis_call(con, list(c("DEL", key("other", "protocol")))), add = TRUE, after = FALSE)
  expect_error(registerRCluster("other", test_url()), "speaks protocol 99")
})
