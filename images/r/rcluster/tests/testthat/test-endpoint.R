test_that("a url is taken apart, its password decoded", {
  e <- redis_endpoint("rediss://me:p%40%3A%2F%25@h.example.org:7000/3")
  expect_equal(
    e[c("host", "port", "user", "password", "database", "tls")],
    list(
      host = "h.example.org", port = 7000L, user = "me", password = "p@:/%",
      database = 3L, tls = TRUE
    )
  )
  expect_equal(redis_endpoint("redis://[::1]:7001")$host, "::1")
  expect_equal(redis_endpoint("redis://h")$port, 6379L)
})

test_that("a bad url is one clear error", {
  expect_error(redis_endpoint("http://h"), "redis:// or rediss://")
  expect_error(redis_endpoint("redis://h:99999"), "looks like")
})

test_that("arguments win over the environment", {
  withr_env <- Sys.getenv(c("REDIS_URL", "REDIS_HOST", "REDIS_PORT"))
  on.exit(do.call(Sys.setenv, as.list(withr_env)))
  Sys.setenv(REDIS_URL = "", REDIS_HOST = "a", REDIS_PORT = "tcp://10.0.0.1:6380")
  expect_equal(redis_endpoint()[c("host", "port")], list(host = "a", port = 6380L))
  expect_equal(redis_endpoint(host = "b")$host, "b")
  Sys.setenv(REDIS_URL = "redis://c:1")
  expect_equal(redis_endpoint(port = 2)[c("host", "port")], list(host = "c", port = 2L))
})

test_that("a Redis that is not there is one clear error", {
  expect_error(
    registerRCluster("q", "redis://127.0.0.1:1"),
    "Redis at 127.0.0.1:1 cannot be used: Connection refused"
  )
})
